//! Traffic budgets, where several nodes share them.

use super::conn::{Conn, Result, params};
use crate::limits::nanos;
use authms_core::time::Timestamp;

/// Rows erased in one step.
const ERASED: usize = 500;

/// Forgets some of the budgets that are full; whether there may be more.
pub(crate) fn forget_full(conn: Conn<'_>, now: Timestamp) -> Result<bool> {
    let sql = "DELETE FROM limits WHERE key IN
                   (SELECT key FROM limits WHERE full_at <= ?1 ORDER BY key LIMIT ?2 FOR UPDATE SKIP LOCKED)";
    Ok(conn.execute(sql, params![nanos(now), ERASED as i64])? == ERASED)
}
