//! Erasing what may answer again no longer.

use authms_core::session::ROTATION_WINDOW;
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, params};

/// Rows erased in one transaction: commits wait no longer than for that.
const ROWS: u32 = 500;

/// Erases some of what is past its time; whether there may be more.
pub(super) fn some(conn: &Connection, now: Timestamp) -> Result<bool> {
    let replays = "DELETE FROM ticket_replays WHERE ticket_id IN
                       (SELECT ticket_id FROM ticket_replays WHERE until <= ?1 LIMIT ?2)";
    let rotations = "DELETE FROM session_rotations WHERE session_id IN
                         (SELECT session_id FROM session_rotations WHERE at <= ?1 LIMIT ?2)";
    let mint_keys = "DELETE FROM mint_keys WHERE (scope, key_hash) IN
                         (SELECT scope, key_hash FROM mint_keys WHERE until <= ?1 LIMIT ?2)";
    let mut more = false;
    for (sql, until) in [(replays, now), (rotations, now.minus(ROTATION_WINDOW)), (mint_keys, now)] {
        let erased = conn.prepare_cached(sql)?.execute(params![until.as_millis(), ROWS])?;
        more |= erased >= ROWS as usize;
    }
    Ok(more)
}
