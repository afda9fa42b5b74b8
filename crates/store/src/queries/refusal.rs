//! Counts of refusals, by the minute.

use super::conn::{Conn, Result, params};
use super::count_one;
use authms_core::time::Timestamp;

const MINUTE_MS: i64 = 60_000;

/// Counts one.
pub(crate) fn count(conn: Conn<'_>, reason: &str, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO refusals (minute, reason, count) VALUES (?1, ?2, ?3)
               ON CONFLICT (minute, reason) DO UPDATE SET count = refusals.count + excluded.count";
    count_one(conn, sql, params![at.as_millis().div_euclid(MINUTE_MS), reason, 1])
}
