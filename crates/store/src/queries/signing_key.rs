//! Signing keys, changed as a set.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::{all, change, change_one, installation};
use authms_core::signing_key::{Algorithm, Change, KeyState, StoredKey};
use authms_core::time::Timestamp;

/// The whole set, oldest first, and its revision.
pub(crate) fn get(conn: Conn<'_>) -> Result<(Vec<StoredKey>, u64)> {
    let sql = "SELECT kid, algorithm, sealed, state, state_at, published_at, since FROM signing_keys
               ORDER BY published_at, kid";
    conn.snapshot(|conn| Ok((all(conn, sql, params![], read)?, installation::rev(conn)?.unwrap_or(0))))
}

fn read(c: &mut Columns<'_>) -> Result<StoredKey> {
    let (kid, algorithm, sealed) = (c.take()?, c.named(Algorithm::parse)?, c.take()?);
    let state: String = c.take()?;
    let state = match (state.as_str(), c.time_if()?) {
        ("next", from) => KeyState::Next { from },
        ("active", _) => KeyState::Active,
        ("retired", Some(until)) => KeyState::Retired { until },
        _ => return Err(c.invalid()),
    };
    Ok(StoredKey { kid, algorithm, sealed, state, published_at: c.time()?, since: c.time()? })
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &Change) -> Result<()> {
    let Change::Replace(keys) = what;
    change(conn, "DELETE FROM signing_keys", params![])?;
    for key in keys {
        let at = match key.state {
            KeyState::Next { from } => from,
            KeyState::Active => None,
            KeyState::Retired { until } => Some(until),
        };
        let sql = "INSERT INTO signing_keys (kid, algorithm, sealed, state, state_at, published_at, since)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let row = params![
            key.kid,
            key.algorithm.as_str(),
            key.sealed,
            key.state.as_str(),
            at.map(Timestamp::as_millis),
            key.published_at.as_millis(),
            key.since.as_millis(),
        ];
        change_one(conn, sql, row)?;
    }
    change_one(conn, "UPDATE installation SET rev = rev + 1", params![])
}
