//! Memberships. A removed one keeps its row, so that its fence never falls.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{all, change_one, first, signed, tenant, user_terms};
use authms_core::access::Role;
use authms_core::id::{TenantId, UserId};
use authms_core::membership::{Change, Membership};
use authms_core::tenant::Tenant;
use std::sync::LazyLock;

/// The index of members by their roles. SQLite takes that of all members where it is not told.
pub(super) const BY_ROLE: &str = "memberships_role";

const COLUMNS: [&str; 7] = ["tenant_id", "user_id", "role", "fence", "rev", "removed", "joined_at"];

fn read(c: &mut Columns<'_>) -> Result<Membership> {
    Ok(Membership {
        tenant: c.id()?,
        user: c.id()?,
        role: c.named(Role::parse)?,
        fence: c.take()?,
        rev: c.count()?,
        removed: c.take()?,
        joined_at: c.time()?,
    })
}

/// One membership, also a removed one.
pub(crate) fn get(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<Membership>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("m", &COLUMNS);
        format!("SELECT {columns} FROM memberships m WHERE m.tenant_id = ?1 AND m.user_id = ?2")
    });
    first(conn, &SQL, [tenant.bytes(), user.bytes()], read)
}

/// A user's living memberships with their tenants, oldest first.
pub(crate) fn of(conn: Conn<'_>, user: UserId) -> Result<Vec<(Membership, Tenant)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, {} FROM memberships m JOIN tenants n ON n.id = m.tenant_id
             WHERE m.user_id = ?1 AND m.removed = 0 ORDER BY m.joined_at, m.tenant_id",
            columns::list("m", &COLUMNS),
            tenant::columns("n"),
        )
    });
    all(conn, &SQL, [user.bytes()], |c| Ok((read(c)?, tenant::read(c)?)))
}

/// How many active users have this role in the tenant.
pub(crate) fn count_role(conn: Conn<'_>, tenant: TenantId, role: Role) -> Result<u64> {
    let sql = format!(
        "SELECT count(*) FROM memberships m {} JOIN users u ON u.id = m.user_id
         WHERE m.tenant_id = ?1 AND m.role = ?2 AND m.removed = 0 AND u.status = 'active'",
        conn.indexed_by(BY_ROLE),
    );
    Ok(first(conn, &sql, params![tenant.bytes(), role.as_str()], |c| c.count())?.unwrap_or(0))
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<u64>> {
    let sql = "SELECT rev FROM memberships WHERE tenant_id = ?1 AND user_id = ?2";
    first(conn, sql, [tenant.bytes(), user.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change) -> Result<()> {
    let Change::Put(new) = change;
    let sql = "INSERT INTO memberships (tenant_id, user_id, role, fence, rev, removed, joined_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (tenant_id, user_id) DO UPDATE
               SET role = excluded.role, fence = excluded.fence, rev = excluded.rev, removed = excluded.removed";
    let row = params![
        new.tenant.bytes(),
        new.user.bytes(),
        new.role.as_str(),
        new.fence,
        signed(new.rev),
        new.removed,
        new.joined_at.as_millis(),
    ];
    change_one(conn, sql, row)?;
    user_terms::follow_membership(conn, (new.tenant, new.user), new.removed)
}
