//! Sessions by user: `session_recent` as they are opened, `session_users` once the sweep has carried them over.

use super::conn::{Conn, Result};
use super::{all, change, change_one};
use authms_core::id::{SessionId, UserId};

/// The identifiers of the sessions of user `?1`, as a subquery.
pub(super) const OF_USER: &str = "SELECT session_id FROM session_users WHERE user_id = ?1
     UNION SELECT session_id FROM session_recent WHERE user_id = ?1";

/// Notes whose a new session is.
pub(super) fn append(conn: Conn<'_>, session: SessionId, user: UserId) -> Result<()> {
    let sql = "INSERT INTO session_recent (session_id, user_id) VALUES (?1, ?2)";
    change_one(conn, sql, [session.bytes(), user.bytes()])
}

/// The oldest recent sessions, at most so many.
pub(crate) fn recent(conn: Conn<'_>, limit: u32) -> Result<Vec<(UserId, SessionId)>> {
    let sql = "SELECT user_id, session_id FROM session_recent ORDER BY session_id LIMIT ?1";
    all(conn, sql, [limit], |c| Ok((c.id()?, c.id()?)))
}

/// Notes a session in its user's place.
pub(crate) fn insert(conn: Conn<'_>, user: UserId, session: SessionId) -> Result<()> {
    let sql = "INSERT INTO session_users (user_id, session_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    change(conn, sql, [user.bytes(), session.bytes()])
}

/// Forgets that a session is recent.
pub(crate) fn forget_recent(conn: Conn<'_>, session: SessionId) -> Result<()> {
    change(conn, "DELETE FROM session_recent WHERE session_id = ?1", [session.bytes()])
}
