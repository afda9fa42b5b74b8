//! What a tenant asks of passwords.

pub mod show;
pub mod stats;
pub mod update;

use authms_core::limits::LimitKind;
use authms_core::parts::Policy;
use authms_core::password::{PasswordPolicy, Preset};
use serde::Serialize;
use utoipa::ToSchema;

/// A tenant's password policy: the members of `dto.UpdatePasswordPolicyRequest`, and ours.
#[derive(Serialize, ToSchema, Debug)]
pub struct PasswordPolicyDetails {
    /// Whether common passwords of the bundled list are refused.
    blocklist: bool,
    /// How long a new password stays before its user may change it again.
    change_cooldown_minutes: i64,
    /// After so many days a password expires; 0: never.
    expiry_days: u16,
    /// Whether users must change a password that came with their account from another system.
    force_change_on_first_login: bool,
    /// So many days after that it still signs in.
    grace_period_days: u16,
    /// How many former passwords may not come back.
    history_count: u8,
    /// The installation's: for so long attempts are counted.
    lock_duration_sec: i64,
    /// The most characters.
    max_length: u16,
    /// The installation's: so many attempts at an account from one network.
    max_login_attempts: u32,
    /// The fewest characters of who signs in by password alone.
    min_length: usize,
    /// The fewest characters of who has a second factor, or is always asked for one.
    min_length_mfa: usize,
    /// The lowest zxcvbn score, 0–4.
    min_score: u8,
    /// The installation's: `plain`, over TLS.
    password_transmission: &'static str,
    /// `nist`, `pci_dss`, or `custom` if it is neither.
    preset: &'static str,
    /// Whether there must be a digit.
    require_digit: bool,
    /// Whether there must be a letter.
    require_letter: bool,
    /// Whether there must be a lower-case letter.
    require_lower: bool,
    /// Whether there must be a character that is neither letter nor digit.
    require_special: bool,
    /// Whether there must be an upper-case letter.
    require_upper: bool,
    /// So many days before it expires its user is warned.
    warning_days: u16,
    /// Words that no password may contain.
    words: Vec<String>,
}

fn render((policy, words): (PasswordPolicy, Vec<String>), installation: &Policy) -> PasswordPolicyDetails {
    let account = installation.quotas.of(LimitKind::Account);
    let require = policy.require;
    PasswordPolicyDetails {
        blocklist: policy.blocklist,
        change_cooldown_minutes: policy.cooldown.as_seconds() / 60,
        expiry_days: policy.expiry_days,
        force_change_on_first_login: policy.force_change_on_first_login,
        grace_period_days: policy.grace_days,
        history_count: policy.history,
        lock_duration_sec: account.window.as_seconds(),
        max_length: policy.max_length,
        max_login_attempts: account.requests,
        min_length: policy.shortest(installation, false),
        min_length_mfa: policy.shortest(installation, true),
        min_score: policy.min_score,
        password_transmission: "plain",
        preset: Preset::of(&policy).map_or("custom", Preset::as_str),
        require_digit: require.digit,
        require_letter: require.letter,
        require_lower: require.lower,
        require_special: require.special,
        require_upper: require.upper,
        warning_days: policy.warning_days,
        words,
    }
}
