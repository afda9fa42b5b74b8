//! What a tenant makes of signals, in one column of its row.

use super::columns::Columns;
use super::conn::Result;
use authms_core::risk::{RiskConfig, Signal, SignalWeights};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The configuration at rest; what a row leaves out is as the defaults have it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Row {
    weights: BTreeMap<String, u8>,
    moderate_threshold: Option<u8>,
    elevated_threshold: Option<u8>,
    high_threshold: Option<u8>,
    critical_threshold: Option<u8>,
    learning_period_days: Option<u16>,
    session_risk_enabled: Option<bool>,
}

/// The configuration in the next column; NULL: the defaults. One that cannot be read is an error, never the defaults.
pub(super) fn read(c: &mut Columns<'_>) -> Result<RiskConfig> {
    Ok(c.named_if(parse)?.unwrap_or_default())
}

fn parse(text: &str) -> Option<RiskConfig> {
    let row: Row = serde_json::from_str(text).ok()?;
    let usual = RiskConfig::default();
    let weight =
        |all: SignalWeights, (name, weight): (&String, &u8)| Some(all.with(Signal::parse(name)?, *weight));
    let config = RiskConfig {
        weights: row.weights.iter().try_fold(usual.weights, weight)?,
        moderate_threshold: row.moderate_threshold.unwrap_or(usual.moderate_threshold),
        elevated_threshold: row.elevated_threshold.unwrap_or(usual.elevated_threshold),
        high_threshold: row.high_threshold.unwrap_or(usual.high_threshold),
        critical_threshold: row.critical_threshold.unwrap_or(usual.critical_threshold),
        learning_period_days: row.learning_period_days.unwrap_or(usual.learning_period_days),
        session_risk_enabled: row.session_risk_enabled.unwrap_or(usual.session_risk_enabled),
    };
    config.checked().ok()
}

/// The column of this configuration.
pub(super) fn column(config: &RiskConfig) -> Option<String> {
    let weights: BTreeMap<_, _> = Signal::ALL.map(|s| (s.as_str(), config.weights.of(s))).into();
    let row = json!({
        "weights": weights,
        "moderate_threshold": config.moderate_threshold,
        "elevated_threshold": config.elevated_threshold,
        "high_threshold": config.high_threshold,
        "critical_threshold": config.critical_threshold,
        "learning_period_days": config.learning_period_days,
        "session_risk_enabled": config.session_risk_enabled,
    });
    (*config != RiskConfig::default()).then(|| row.to_string())
}
