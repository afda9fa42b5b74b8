//! What a tenant makes of signals.

pub mod reset;
pub mod show;
pub mod update;

use authms_core::id::TenantId;
use authms_core::risk::{RiskConfig, Signal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `handler.riskConfigResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskConfigResponse {
    /// Above this score a sign-in is refused, with an alert.
    critical_threshold: u8,
    /// From this score on a sign-in is kept as a risk event even if it was granted without a question.
    elevated_threshold: u8,
    /// Above this score a sign-in is `high`.
    high_threshold: u8,
    /// For so many days after a user was first seen, signals that compare with their past count half.
    learning_period_days: u16,
    /// Up to this score a sign-in is `low`, above it `medium`.
    moderate_threshold: u8,
    /// Whether sessions are assessed again when they are refreshed.
    session_risk_enabled: bool,
    /// How much each signal adds to the score.
    signal_weights: SignalWeights,
    /// The tenant.
    tenant_id: String,
}

/// `domain.SignalWeights`: how much each signal adds to the score, 0–100.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy, Default, Debug)]
pub struct SignalWeights {
    /// The password is known to others.
    #[schema(minimum = 0, maximum = 100)]
    credential_leaked: Option<i64>,
    /// The operator has listed the address as a bad one.
    #[schema(minimum = 0, maximum = 100)]
    ip_bad_reputation: Option<i64>,
    /// The address, its country or its network operator is not known.
    #[schema(minimum = 0, maximum = 100)]
    ip_unknown: Option<i64>,
    /// The address is of a VPN, a proxy or a hosting network.
    #[schema(minimum = 0, maximum = 100)]
    ip_vpn: Option<i64>,
    /// Very many attempts failed lately; adds to `login_failure_moderate`.
    #[schema(minimum = 0, maximum = 100)]
    login_failure_high: Option<i64>,
    /// Many attempts failed lately.
    #[schema(minimum = 0, maximum = 100)]
    login_failure_moderate: Option<i64>,
    /// A second factor was added, removed or changed lately.
    #[schema(minimum = 0, maximum = 100)]
    mfa_method_changed: Option<i64>,
    /// The user never signed in from this country.
    #[schema(minimum = 0, maximum = 100)]
    new_country: Option<i64>,
    /// The network, or the kind of device, was never seen with this user.
    #[schema(minimum = 0, maximum = 100)]
    new_device_or_ip: Option<i64>,
    /// Something changed between minting and redeeming, or within a session.
    #[schema(minimum = 0, maximum = 100)]
    session_hijack: Option<i64>,
    /// Nothing that we issued says which device this is.
    #[schema(minimum = 0, maximum = 100)]
    unknown_device: Option<i64>,
    /// The user's network operators are others, or they are rarely in this country.
    #[schema(minimum = 0, maximum = 100)]
    unusual_location: Option<i64>,
    /// The user is hardly ever seen at this time of day.
    #[schema(minimum = 0, maximum = 100)]
    unusual_time: Option<i64>,
    /// Nobody travels that fast.
    #[schema(minimum = 0, maximum = 100)]
    velocity_anomaly: Option<i64>,
}

impl SignalWeights {
    fn of(&mut self, signal: Signal) -> &mut Option<i64> {
        match signal {
            Signal::CredentialLeaked => &mut self.credential_leaked,
            Signal::IpBadReputation => &mut self.ip_bad_reputation,
            Signal::IpUnknown => &mut self.ip_unknown,
            Signal::IpVpn => &mut self.ip_vpn,
            Signal::LoginFailureHigh => &mut self.login_failure_high,
            Signal::LoginFailureModerate => &mut self.login_failure_moderate,
            Signal::MfaMethodChanged => &mut self.mfa_method_changed,
            Signal::NewCountry => &mut self.new_country,
            Signal::NewDeviceOrIp => &mut self.new_device_or_ip,
            Signal::SessionHijack => &mut self.session_hijack,
            Signal::UnknownDevice => &mut self.unknown_device,
            Signal::UnusualLocation => &mut self.unusual_location,
            Signal::UnusualTime => &mut self.unusual_time,
            Signal::VelocityAnomaly => &mut self.velocity_anomaly,
        }
    }

    /// Those that are given.
    fn given(mut self) -> Vec<(Signal, i64)> {
        Signal::ALL.into_iter().filter_map(|signal| Some((signal, (*self.of(signal))?))).collect()
    }
}

fn render(config: &RiskConfig, tenant: TenantId) -> RiskConfigResponse {
    let mut signal_weights = SignalWeights::default();
    for signal in Signal::ALL {
        *signal_weights.of(signal) = Some(config.weights.of(signal).into());
    }
    RiskConfigResponse {
        critical_threshold: config.critical_threshold,
        elevated_threshold: config.elevated_threshold,
        high_threshold: config.high_threshold,
        learning_period_days: config.learning_period_days,
        moderate_threshold: config.moderate_threshold,
        session_risk_enabled: config.session_risk_enabled,
        signal_weights,
        tenant_id: tenant.to_string(),
    }
}
