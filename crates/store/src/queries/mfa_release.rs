//! Administrators' releases of who has no factor.

use super::conn::{Conn, Result, params};
use super::{change, change_one, first};
use authms_core::id::{TenantId, UserId};
use authms_core::mfa::{RELEASE_TTL, ReleaseChange};
use authms_core::time::Timestamp;

/// Joins the release `rel` of a user `u` and their membership `m`, if it rests on them as they are.
pub(super) const JOIN: &str = "LEFT JOIN mfa_releases rel
     ON rel.tenant_id = m.tenant_id AND rel.user_id = u.id
     AND rel.fence_user = u.fence AND rel.fence_membership = m.fence";

/// Until when a user is released, if what that was decided on is as it was.
pub(crate) fn until(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<Timestamp>> {
    let sql = "SELECT r.expires_at FROM mfa_releases r
               JOIN users u ON u.id = r.user_id AND u.fence = r.fence_user
               JOIN memberships m ON m.tenant_id = r.tenant_id AND m.user_id = r.user_id AND m.removed = 0
                    AND m.fence = r.fence_membership
               WHERE r.tenant_id = ?1 AND r.user_id = ?2";
    first(conn, sql, [tenant.bytes(), user.bytes()], |c| c.time())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, what: &ReleaseChange, at: Timestamp) -> Result<()> {
    match what {
        ReleaseChange::Begin(new) => {
            let sql =
                "INSERT INTO mfa_releases (tenant_id, user_id, fence_user, fence_membership, expires_at)
                       VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (tenant_id, user_id) DO UPDATE SET fence_user = excluded.fence_user,
                           fence_membership = excluded.fence_membership, expires_at = excluded.expires_at";
            let until = at.plus(RELEASE_TTL).as_millis();
            let row =
                params![new.tenant.bytes(), new.user.bytes(), new.user_fence, new.membership_fence, until];
            change_one(conn, sql, row)
        }
        ReleaseChange::End { tenant, user } => {
            let sql = "DELETE FROM mfa_releases WHERE tenant_id = ?1 AND user_id = ?2";
            change(conn, sql, [tenant.bytes(), user.bytes()])
        }
    }
}
