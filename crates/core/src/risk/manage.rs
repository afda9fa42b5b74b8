//! Looking at and changing what a tenant makes of signals.

use super::config::RiskConfig;
use super::signal::Signal;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::tenant::{self, Tenant, TenantError};
use crate::text::InvalidText;

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateRiskConfig {
    /// New weights.
    pub weights: Vec<(Signal, i64)>,
    /// See [`RiskConfig::moderate_threshold`].
    pub moderate_threshold: Option<i64>,
    /// See [`RiskConfig::elevated_threshold`].
    pub elevated_threshold: Option<i64>,
    /// See [`RiskConfig::high_threshold`].
    pub high_threshold: Option<i64>,
    /// See [`RiskConfig::critical_threshold`].
    pub critical_threshold: Option<i64>,
    /// See [`RiskConfig::learning_period_days`].
    pub learning_period_days: Option<i64>,
    /// See [`RiskConfig::session_risk_enabled`].
    pub session_risk_enabled: Option<bool>,
}

/// What the caller's tenant makes of signals.
///
/// # Errors
/// [`TenantError`]
pub async fn config(parts: &Parts, caller: &Caller) -> Result<RiskConfig, TenantError> {
    caller.require(Permission::TenantRead)?;
    Ok(own(parts, caller).await?.risk_config)
}

/// Changes what the caller's tenant makes of signals, for sign-ins from now on.
///
/// # Errors
/// [`TenantError`]
pub async fn update_config(
    parts: &Parts,
    caller: &Caller,
    ask: UpdateRiskConfig,
    source: &Source,
) -> Result<RiskConfig, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    let config = changed(tenant.risk_config, &ask)?;
    put(parts, caller, tenant, config, source).await
}

/// Goes back to the defaults.
///
/// # Errors
/// [`TenantError`]
pub async fn reset_config(
    parts: &Parts,
    caller: &Caller,
    source: &Source,
) -> Result<RiskConfig, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    put(parts, caller, tenant, RiskConfig::default(), source).await
}

async fn put(
    parts: &Parts,
    caller: &Caller,
    tenant: Tenant,
    config: RiskConfig,
    source: &Source,
) -> Result<RiskConfig, TenantError> {
    let rev = tenant.rev;
    let after = Tenant { risk_config: config, rev: rev + 1, ..tenant };
    let commit = Commit::new(event(&after, caller).from(source).into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(after.id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)));
    parts.store.commit(commit).await?;
    Ok(config)
}

async fn own(parts: &Parts, caller: &Caller) -> Result<Tenant, TenantError> {
    parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

fn changed(before: RiskConfig, ask: &UpdateRiskConfig) -> Result<RiskConfig, InvalidText> {
    // What does not fit is out of range, and found to be so.
    let points = |value: i64| u8::try_from(value).unwrap_or(u8::MAX);
    let or = |asked: Option<i64>, before| asked.map_or(before, points);
    let days = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
    let weights =
        ask.weights.iter().fold(before.weights, |all, (signal, value)| all.with(*signal, points(*value)));
    RiskConfig {
        weights,
        moderate_threshold: or(ask.moderate_threshold, before.moderate_threshold),
        elevated_threshold: or(ask.elevated_threshold, before.elevated_threshold),
        high_threshold: or(ask.high_threshold, before.high_threshold),
        critical_threshold: or(ask.critical_threshold, before.critical_threshold),
        learning_period_days: ask.learning_period_days.map_or(before.learning_period_days, days),
        session_risk_enabled: ask.session_risk_enabled.unwrap_or(before.session_risk_enabled),
    }
    .checked()
}

/// Tells the whole configuration, so that the log can be read without what went before.
fn event(tenant: &Tenant, caller: &Caller) -> Event {
    let config = &tenant.risk_config;
    let event = Event::new(EventName::RiskConfigChanged, Some(tenant.id))
        .by(caller)
        .number("moderate_threshold", config.moderate_threshold.into())
        .number("elevated_threshold", config.elevated_threshold.into())
        .number("high_threshold", config.high_threshold.into())
        .number("critical_threshold", config.critical_threshold.into())
        .number("learning_period_days", config.learning_period_days.into())
        .text("session_risk_enabled", if config.session_risk_enabled { "yes" } else { "no" });
    Signal::ALL
        .into_iter()
        .fold(event, |event, signal| event.number(signal.as_str(), config.weights.of(signal).into()))
}
