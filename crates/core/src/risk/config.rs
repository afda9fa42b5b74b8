//! What a tenant makes of signals.

use super::assess::Level;
use super::signal::Signal;
use crate::text::InvalidText;

/// How much each signal adds to the score.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignalWeights([u8; Signal::COUNT]);

impl SignalWeights {
    /// The weight of a signal, 0–100.
    pub const fn of(&self, signal: Signal) -> u8 {
        self.0[signal as usize]
    }

    /// Whether no signal adds anything.
    pub fn are_silent(&self) -> bool {
        self.0.iter().all(|weight| *weight == 0)
    }

    /// The same weights but for this signal.
    #[must_use]
    pub const fn with(mut self, signal: Signal, weight: u8) -> Self {
        self.0[signal as usize] = weight;
        self
    }
}

/// Chosen so that what happens to everybody stays low, what needs an explanation asks for a second factor, and nothing
/// alone refuses anybody. A first sign-in from an unknown address is low (29); a new device in a new network is medium
/// (35); abroad with a new device is medium (60), and high (80) if nobody travels that fast. `docs/adaptive-mfa.md`
/// shows the whole table.
impl Default for SignalWeights {
    fn default() -> Self {
        let weight = |signal| match signal {
            Signal::CredentialLeaked | Signal::SessionHijack => 40,
            Signal::IpBadReputation => 30,
            Signal::LoginFailureHigh | Signal::NewDeviceOrIp => 25,
            Signal::VelocityAnomaly => 20,
            Signal::IpVpn | Signal::LoginFailureModerate | Signal::MfaMethodChanged | Signal::NewCountry => {
                15
            }
            Signal::UnknownDevice | Signal::UnusualLocation => 10,
            Signal::IpUnknown | Signal::UnusualTime => 5,
        };
        Self(Signal::ALL.map(weight))
    }
}

/// A tenant's view of risk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RiskConfig {
    /// How much each signal adds.
    pub weights: SignalWeights,
    /// Up to this score a sign-in is [`Level::Low`], above it [`Level::Medium`].
    pub moderate_threshold: u8,
    /// From this score on a sign-in is kept as a risk event even if it was granted without a question.
    pub elevated_threshold: u8,
    /// Above this score a sign-in is [`Level::High`].
    pub high_threshold: u8,
    /// Above this score a sign-in is refused, with an alert: [`Level::Critical`]. 100: none ever is.
    pub critical_threshold: u8,
    /// For so many days after a user was first seen, signals that compare with their past count half. They do so, too,
    /// until [`History::ENOUGH`](super::History::ENOUGH) sign-ins were learned.
    pub learning_period_days: u16,
    /// Whether sessions are assessed again when they are refreshed. Off by default: a session that a backend opens and a
    /// browser goes on with changes hands without harm, and would look stolen.
    pub session_risk_enabled: bool,
}

impl Default for RiskConfig {
    fn default() -> Self {
        Self {
            weights: SignalWeights::default(),
            moderate_threshold: 30,
            elevated_threshold: 45,
            high_threshold: 60,
            critical_threshold: 85,
            learning_period_days: 14,
            session_risk_enabled: false,
        }
    }
}

impl RiskConfig {
    /// The longest learning period, in days.
    pub const MAX_LEARNING_DAYS: u16 = 365;

    /// The level of a score.
    pub const fn level(&self, score: u8) -> Level {
        if score <= self.moderate_threshold {
            Level::Low
        } else if score <= self.high_threshold {
            Level::Medium
        } else if score <= self.critical_threshold {
            Level::High
        } else {
            Level::Critical
        }
    }

    /// The same configuration, if it makes sense: weights and thresholds within 0–100, thresholds in their order.
    ///
    /// # Errors
    /// Names the first member that does not.
    pub fn checked(self) -> Result<Self, InvalidText> {
        let wrong = |member, problem| Err(InvalidText { member, problem });
        if let Some(signal) = Signal::ALL.into_iter().find(|s| self.weights.of(*s) > 100) {
            return wrong(signal.as_str(), "must be between 0 and 100");
        }
        let thresholds = [
            ("moderate_threshold", self.moderate_threshold),
            ("elevated_threshold", self.elevated_threshold),
            ("high_threshold", self.high_threshold),
            ("critical_threshold", self.critical_threshold),
        ];
        if let Some((member, _)) = thresholds.into_iter().find(|(_, threshold)| *threshold > 100) {
            return wrong(member, "must be between 0 and 100");
        }
        if let Some(pair) = thresholds.windows(2).find(|pair| pair[0].1 > pair[1].1) {
            return wrong(pair[1].0, "must not be below the threshold before it");
        }
        if self.learning_period_days > Self::MAX_LEARNING_DAYS {
            return wrong("learning_period_days", "must be between 0 and 365");
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_sense_and_name_every_level() {
        let config = RiskConfig::default();
        assert_eq!(config.checked(), Ok(config));
        for (score, level) in [
            (0, Level::Low),
            (30, Level::Low),
            (31, Level::Medium),
            (60, Level::Medium),
            (61, Level::High),
            (85, Level::High),
            (86, Level::Critical),
            (100, Level::Critical),
        ] {
            assert_eq!(config.level(score), level, "{score}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let ok = RiskConfig::default();
        for (config, member) in [
            (RiskConfig { weights: ok.weights.with(Signal::IpVpn, 101), ..ok }, "ip_vpn"),
            (RiskConfig { critical_threshold: 101, ..ok }, "critical_threshold"),
            (RiskConfig { moderate_threshold: 46, ..ok }, "elevated_threshold"),
            (RiskConfig { elevated_threshold: 61, ..ok }, "high_threshold"),
            (RiskConfig { high_threshold: 86, ..ok }, "critical_threshold"),
            (RiskConfig { learning_period_days: 366, ..ok }, "learning_period_days"),
        ] {
            assert_eq!(config.checked().map_err(|wrong| wrong.member), Err(member));
        }
    }
}
