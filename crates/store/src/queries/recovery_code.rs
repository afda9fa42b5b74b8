//! Recovery codes.

use super::conn::{Conn, Result, params};
use super::{List, all, change, change_one, first, page};
use authms_core::factor::{Factor, RecoveryCode};
use authms_core::id::{FactorId, TenantId, UserId};
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;

/// A user's codes, spent ones too.
pub(crate) fn of(conn: Conn<'_>, user: UserId) -> Result<Vec<RecoveryCode>> {
    let sql = "SELECT hash, spent_at IS NOT NULL FROM recovery_codes WHERE user_id = ?1";
    all(conn, sql, [user.bytes()], |c| Ok(RecoveryCode { hash: c.take()?, spent: c.take()? }))
}

/// The members of a tenant who have some, newest first, each with how many are unspent.
pub(crate) fn list(conn: Conn<'_>, tenant: TenantId, request: PageRequest) -> Result<Page<(UserId, u32)>> {
    let list = List {
        columns: "m.user_id, (SELECT count(*) FROM recovery_codes r WHERE r.user_id = m.user_id AND r.spent_at IS NULL)",
        from: "FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.tenant_id = ?1 AND m.removed = 0 AND u.status <> 'deleted'
               AND EXISTS (SELECT 1 FROM recovery_codes r WHERE r.user_id = m.user_id)",
        order: "m.user_id DESC",
    };
    page(conn, &list, &[tenant.bytes()], request, |c| Ok((c.id()?, c.take()?)))
}

/// Whether it is one of the user's, and unspent.
pub(crate) fn is_unspent(conn: Conn<'_>, user: UserId, hash: [u8; 32]) -> Result<bool> {
    let sql = "SELECT spent_at IS NULL FROM recovery_codes WHERE user_id = ?1 AND hash = ?2";
    Ok(first(conn, sql, params![user.bytes(), hash], |c| c.take())?.unwrap_or(false))
}

/// Puts these in place of all that the user has.
pub(super) fn replace(conn: Conn<'_>, factor: &Factor, hashes: &[[u8; 32]]) -> Result<()> {
    remove_all(conn, factor.user)?;
    let sql = "INSERT INTO recovery_codes (user_id, hash, factor_id) VALUES (?1, ?2, ?3)";
    hashes
        .iter()
        .try_for_each(|hash| change_one(conn, sql, params![factor.user.bytes(), hash, factor.id.bytes()]))
}

pub(super) fn spend(conn: Conn<'_>, user: UserId, hash: [u8; 32], at: Timestamp) -> Result<()> {
    let sql = "UPDATE recovery_codes SET spent_at = ?3 WHERE user_id = ?1 AND hash = ?2";
    change_one(conn, sql, params![user.bytes(), hash, at.as_millis()])
}

/// Deletes those of a factor.
pub(super) fn remove(conn: Conn<'_>, user: UserId, id: FactorId) -> Result<()> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = ?1 AND factor_id = ?2";
    change(conn, sql, params![user.bytes(), id.bytes()])
}

/// Deletes all of a user's.
pub(super) fn remove_all(conn: Conn<'_>, user: UserId) -> Result<()> {
    change(conn, "DELETE FROM recovery_codes WHERE user_id = ?1", [user.bytes()])
}
