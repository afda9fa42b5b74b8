//! Sessions by user: `session_recent` as they are opened, `session_users` once the sweep has carried them over.

use super::chunk::{in_chunks, numbered};
use super::conn::{Conn, Result, ToSql};
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

/// Notes sessions in their users' places, but for those that are recent no longer: another node has carried or reaped them.
pub(crate) fn carry(conn: Conn<'_>, sessions: &[(UserId, SessionId)]) -> Result<()> {
    in_chunks(sessions, |sessions| {
        let ids: Vec<&dyn ToSql> = sessions.iter().map(|(_, id)| id.bytes() as &dyn ToSql).collect();
        let sql = format!(
            "INSERT INTO session_users (user_id, session_id)
             SELECT user_id, session_id FROM session_recent WHERE session_id IN {}
             ORDER BY user_id, session_id ON CONFLICT DO NOTHING",
            numbered(1, ids.len())
        );
        change(conn, &sql, ids.as_slice())
    })
}

/// Forgets that sessions are recent.
pub(crate) fn forget_recent(conn: Conn<'_>, sessions: &[SessionId]) -> Result<()> {
    in_chunks(sessions, |sessions| {
        let ids: Vec<&dyn ToSql> = sessions.iter().map(|id| id.bytes() as &dyn ToSql).collect();
        let sql = format!("DELETE FROM session_recent WHERE session_id IN {}", numbered(1, ids.len()));
        change(conn, &sql, ids.as_slice())
    })
}
