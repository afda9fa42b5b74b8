//! How good a password is.

use authms_core::password::{Check, Strength};
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.PasswordStrengthResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct PasswordStrength {
    /// What is asked of a password.
    checks: Vec<PasswordStrengthCheck>,
    /// Seconds that guessing it takes offline, at 10,000 guesses a second.
    crack_seconds: f64,
    /// The same in words.
    crack_time: String,
    /// Whether it would be accepted.
    is_strong: bool,
    /// 0, 25, 50, 75 or 100.
    score: u8,
    /// What would make it better.
    suggestions: Vec<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// `dto.PasswordStrengthCheckItem`
#[derive(Serialize, ToSchema, Debug)]
pub struct PasswordStrengthCheck {
    /// What is asked, in a stable word.
    key: &'static str,
    /// The same for people.
    label: String,
    /// Whether the password has it.
    passed: bool,
}

impl From<Strength> for PasswordStrength {
    fn from(strength: Strength) -> Self {
        Self {
            is_strong: strength.is_accepted(),
            checks: strength.checks.into_iter().map(Into::into).collect(),
            crack_seconds: strength.estimate.crack_seconds,
            crack_time: strength.estimate.crack_time,
            score: strength.estimate.score * 25,
            suggestions: strength.estimate.suggestions,
            warning: strength.estimate.warning,
        }
    }
}

impl From<Check> for PasswordStrengthCheck {
    fn from(check: Check) -> Self {
        Self { key: check.key, label: check.label, passed: check.passed }
    }
}
