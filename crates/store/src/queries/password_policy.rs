//! A tenant's password policy, in one column of its row, and its own words beside.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::{all, change, change_one};
use authms_core::id::TenantId;
use authms_core::password::{Composition, PasswordPolicy};
use authms_core::time::Span;
use serde::{Deserialize, Serialize};

/// The policy at rest; what a row leaves out is as by default.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Row {
    min_length: Option<u16>,
    min_length_mfa: u16,
    max_length: u16,
    letter: bool,
    lower: bool,
    upper: bool,
    digit: bool,
    special: bool,
    min_score: u8,
    blocklist: bool,
    history: u8,
    cooldown_ms: i64,
    expiry_days: u16,
    warning_days: u16,
    grace_days: u16,
    force_change_on_first_login: bool,
}

impl Default for Row {
    fn default() -> Self {
        Self::of(&PasswordPolicy::default())
    }
}

impl Row {
    fn of(policy: &PasswordPolicy) -> Self {
        let Composition { letter, lower, upper, digit, special } = policy.require;
        Self {
            min_length: policy.min_length,
            min_length_mfa: policy.min_length_mfa,
            max_length: policy.max_length,
            letter,
            lower,
            upper,
            digit,
            special,
            min_score: policy.min_score,
            blocklist: policy.blocklist,
            history: policy.history,
            cooldown_ms: policy.cooldown.as_millis(),
            expiry_days: policy.expiry_days,
            warning_days: policy.warning_days,
            grace_days: policy.grace_days,
            force_change_on_first_login: policy.force_change_on_first_login,
        }
    }

    fn policy(self) -> PasswordPolicy {
        let Self { letter, lower, upper, digit, special, .. } = self;
        PasswordPolicy {
            min_length: self.min_length,
            min_length_mfa: self.min_length_mfa,
            max_length: self.max_length,
            require: Composition { letter, lower, upper, digit, special },
            min_score: self.min_score,
            blocklist: self.blocklist,
            history: self.history,
            cooldown: Span::millis(self.cooldown_ms),
            expiry_days: self.expiry_days,
            warning_days: self.warning_days,
            grace_days: self.grace_days,
            force_change_on_first_login: self.force_change_on_first_login,
        }
    }
}

/// The policy in the next column. One that cannot be read is an error, never no policy.
pub(super) fn read(c: &mut Columns<'_>) -> Result<PasswordPolicy> {
    let row: Option<Row> = c.named_if(|text| serde_json::from_str(text).ok())?;
    Ok(row.map(Row::policy).unwrap_or_default())
}

/// The column of this policy.
pub(super) fn column(policy: &PasswordPolicy) -> Option<String> {
    let text = || serde_json::to_string(&Row::of(policy)).expect("numbers and booleans always serialize");
    (*policy != PasswordPolicy::default()).then(text)
}

/// The words of a tenant, in order.
pub(crate) fn words(conn: Conn<'_>, tenant: TenantId) -> Result<Vec<String>> {
    let sql = "SELECT word FROM password_words WHERE tenant_id = ?1 ORDER BY word";
    all(conn, sql, [tenant.bytes()], |c| c.take())
}

/// Replaces them.
pub(super) fn set_words(conn: Conn<'_>, tenant: TenantId, words: &[String]) -> Result<()> {
    change(conn, "DELETE FROM password_words WHERE tenant_id = ?1", [tenant.bytes()])?;
    let sql = "INSERT INTO password_words (tenant_id, word) VALUES (?1, ?2)";
    words.iter().try_for_each(|word| change_one(conn, sql, params![tenant.bytes(), word]))
}
