//! Users as members of a tenant.

use super::columns::Columns;
use super::{List, first, page, user};
use authms_core::access::Role;
use authms_core::id::{TenantId, UserId};
use authms_core::page::{Page, PageRequest};
use authms_core::ports::Member;
use authms_core::user::{UserFilter, UserStatus};
use rusqlite::{Connection, Result, ToSql, params};
use std::sync::LazyLock;

fn columns() -> String {
    format!("{}, m.role, m.fence", user::columns("u"))
}

fn read(c: &mut Columns<'_>) -> Result<Member> {
    Ok(Member { user: user::read(c)?, role: c.named(Role::parse)?, fence: c.take()? })
}

/// One member, whatever their status.
pub(crate) fn member(conn: &Connection, tenant: TenantId, user: UserId) -> Result<Option<Member>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.tenant_id = ?1 AND m.user_id = ?2 AND m.removed = 0",
            columns(),
        )
    });
    first(conn, &SQL, [tenant.bytes(), user.bytes()], read)
}

/// Many members, in the order of these identifiers, from one snapshot.
pub(crate) fn members_by_id(
    conn: &Connection,
    tenant: TenantId,
    users: &[UserId],
) -> Result<Vec<Option<Member>>> {
    let snapshot = conn.unchecked_transaction()?;
    let members = users.iter().map(|user| member(&snapshot, tenant, *user)).collect::<Result<_>>()?;
    snapshot.finish()?;
    Ok(members)
}

/// The oldest active user with this role in the tenant.
pub(crate) fn first_with_role(conn: &Connection, tenant: TenantId, role: Role) -> Result<Option<Member>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {} FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.tenant_id = ?1 AND m.role = ?2 AND m.removed = 0 AND u.status = 'active'
             ORDER BY m.user_id LIMIT 1",
            columns(),
        )
    });
    first(conn, &SQL, params![tenant.bytes(), role.as_str()], read)
}

/// The members of a tenant, oldest first.
pub(crate) fn members(
    conn: &Connection,
    tenant: TenantId,
    filter: &UserFilter,
    request: PageRequest,
) -> Result<Page<Member>> {
    let tenant = tenant.bytes();
    let status = filter.status.map(UserStatus::as_str);
    let pattern = filter.search.as_deref().map(contains);
    let mut params: Vec<&dyn ToSql> = vec![&tenant];
    let mut from = "FROM memberships m JOIN users u ON u.id = m.user_id
                    WHERE m.tenant_id = ?1 AND m.removed = 0"
        .to_owned();
    match &status {
        Some(status) => {
            from.push_str(" AND u.status = ?2");
            params.push(status);
        }
        None => from.push_str(" AND u.status <> 'deleted'"),
    }
    if let Some(pattern) = &pattern {
        params.push(pattern);
        let n = params.len();
        let one = |column: &str| format!("u.{column} LIKE ?{n} ESCAPE '\\'");
        let any = ["username", "email", "phone", "nickname"].map(one).join(" OR ");
        from.push_str(&format!(" AND ({any})"));
    }
    page(conn, &List { columns: &columns(), from: &from, order: "m.user_id" }, &params, request, read)
}

/// A LIKE pattern for what contains this text literally.
pub(super) fn contains(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}
