//! Former password hashes that may not come back.

use super::conn::{Conn, Result, params};
use super::{all, change, signed};
use authms_core::id::UserId;
use authms_core::user::{PasswordHash, User};

/// Those of a user, newest first.
pub(crate) fn get(conn: Conn<'_>, user: UserId, at_most: u8) -> Result<Vec<PasswordHash>> {
    let sql = "SELECT password_hash FROM password_history WHERE user_id = ?1 ORDER BY rev DESC LIMIT ?2";
    all(conn, sql, params![user.bytes(), at_most], |c| c.take().map(PasswordHash::new))
}

/// Keeps the hash that this user is about to lose, and of the older ones as many as are to be kept with it.
pub(super) fn keep(conn: Conn<'_>, user: &User, at_most: u8) -> Result<()> {
    let sql = "INSERT INTO password_history (user_id, rev, password_hash)
               SELECT id, ?2, password_hash FROM users WHERE id = ?1 AND password_hash IS NOT NULL AND ?3 > 0";
    change(conn, sql, params![user.id.bytes(), signed(user.rev), at_most])?;
    let sql = "DELETE FROM password_history WHERE user_id = ?1 AND rev NOT IN (
                   SELECT rev FROM password_history WHERE user_id = ?1 ORDER BY rev DESC LIMIT ?2)";
    change(conn, sql, params![user.id.bytes(), at_most])
}
