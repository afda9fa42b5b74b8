//! Showing and changing when a tenant asks for second factors.

use super::policy::MfaPolicy;
use crate::access::{Caller, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::factor::{FactorKind, FactorKinds};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::risk::Level;
use crate::tenant::{self, Tenant, TenantError};
use crate::text::InvalidText;

/// What is to change; absent members stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct UpdateMfaPolicy {
    /// See [`MfaPolicy::always`].
    pub always: Option<bool>,
    /// See [`MfaPolicy::from_role`].
    pub from_role: Option<Option<Role>>,
    /// See [`MfaPolicy::low`].
    pub low: Option<FactorKinds>,
    /// See [`MfaPolicy::medium`].
    pub medium: Option<FactorKinds>,
    /// See [`MfaPolicy::high`].
    pub high: Option<FactorKinds>,
}

/// The policy of the caller's tenant.
///
/// # Errors
/// [`TenantError`]
pub async fn policy(parts: &Parts, caller: &Caller) -> Result<MfaPolicy, TenantError> {
    caller.require(Permission::TenantRead)?;
    Ok(own(parts, caller).await?.mfa_policy)
}

/// Changes the policy of the caller's tenant, for sign-ins from now on.
///
/// # Errors
/// [`TenantError`]
pub async fn update_policy(
    parts: &Parts,
    caller: &Caller,
    ask: UpdateMfaPolicy,
    source: &Source,
) -> Result<MfaPolicy, TenantError> {
    caller.require(Permission::TenantWrite)?;
    let tenant = own(parts, caller).await?;
    let policy = changed(&tenant.mfa_policy, ask)?;
    let rev = tenant.rev;
    let after = Tenant { mfa_policy: policy.clone(), rev: rev + 1, ..tenant };
    let commit = Commit::new(event(&after, caller).from(source).into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Tenant(after.id), rev })
        .change(commit::Change::Tenant(tenant::Change::Update(after)));
    parts.store.commit(commit).await?;
    Ok(policy)
}

/// Has one level of the caller's tenant ask for these; without any, for its default again.
///
/// # Errors
/// [`TenantError`]
pub async fn update_level(
    parts: &Parts,
    caller: &Caller,
    level: Level,
    methods: Option<FactorKinds>,
    source: &Source,
) -> Result<MfaPolicy, TenantError> {
    let methods = Some(methods.unwrap_or_else(|| MfaPolicy::default().at(level)));
    let ask = match level {
        Level::Low => UpdateMfaPolicy { low: methods, ..UpdateMfaPolicy::default() },
        Level::Medium => UpdateMfaPolicy { medium: methods, ..UpdateMfaPolicy::default() },
        Level::High | Level::Critical => UpdateMfaPolicy { high: methods, ..UpdateMfaPolicy::default() },
    };
    update_policy(parts, caller, ask, source).await
}

async fn own(parts: &Parts, caller: &Caller) -> Result<Tenant, TenantError> {
    parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?.ok_or(TenantError::Unknown)
}

fn changed(before: &MfaPolicy, ask: UpdateMfaPolicy) -> Result<MfaPolicy, InvalidText> {
    Ok(MfaPolicy {
        always: ask.always.unwrap_or(before.always),
        from_role: ask.from_role.unwrap_or(before.from_role),
        low: beyond_sms("low_risk", ask.low.unwrap_or(before.low))?,
        medium: beyond_sms("medium_risk", ask.medium.unwrap_or(before.medium))?,
        high: beyond_mail("high_risk", ask.high.unwrap_or(before.high))?,
    })
}

/// SMS alone is no factor to rest on (ASVS 6.6.1).
fn beyond_sms(member: &'static str, kinds: FactorKinds) -> Result<FactorKinds, InvalidText> {
    if !kinds.is_empty() && kinds.iter().all(|kind| kind == FactorKind::Sms) {
        return Err(InvalidText { member, problem: "sms must not be the only method" });
    }
    Ok(kinds)
}

/// What is sent can be read and be talked out of a user: at high risk it does not stand alone.
fn beyond_mail(member: &'static str, kinds: FactorKinds) -> Result<FactorKinds, InvalidText> {
    if !kinds.is_empty() && kinds.iter().all(|kind| matches!(kind, FactorKind::Sms | FactorKind::Email)) {
        return Err(InvalidText { member, problem: "must offer something else than email and sms" });
    }
    Ok(kinds)
}

/// Tells the whole policy, so that the log can be read without what went before.
fn event(tenant: &Tenant, caller: &Caller) -> Event {
    let policy = &tenant.mfa_policy;
    let names = |kinds: FactorKinds| kinds.iter().map(FactorKind::as_str).collect::<Vec<_>>().join(" ");
    Event::new(EventName::MfaPolicyChanged, Some(tenant.id))
        .by(caller)
        .text("always", if policy.always { "yes" } else { "no" })
        .text_if("from_role", policy.from_role.map(Role::as_str))
        .text("low_risk", names(policy.low))
        .text("medium_risk", names(policy.medium))
        .text("high_risk", names(policy.high))
}
