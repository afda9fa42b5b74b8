//! What a sign-in by name reads.

use super::columns::Columns;
use super::conn::{Conn, Result, params};
use super::{first, tenant, user};
use authms_core::access::Role;
use authms_core::id::{TenantId, UserId};
use authms_core::signin::{Fences, Standing};
use authms_core::user::{Identifier, PasswordHash};
use std::sync::LazyLock;

/// The user in whose home tenant the first of these names is that anybody has.
pub(crate) fn get(
    conn: Conn<'_>,
    tenant: TenantId,
    names: &[Identifier],
) -> Result<Option<(Standing, Option<PasswordHash>)>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, {}, m.role, m.fence, u.password_hash
             FROM user_identifiers i
             JOIN users u ON u.id = i.user_id
             JOIN tenants n ON n.id = i.tenant_id
             LEFT JOIN memberships m ON m.tenant_id = i.tenant_id AND m.user_id = i.user_id AND m.removed = 0
             WHERE i.tenant_id = ?1 AND i.kind = ?2 AND i.key = ?3",
            user::columns("u"),
            tenant::columns("n"),
        )
    });
    for name in names {
        let params = params![tenant.bytes(), name.kind.as_str(), name.key];
        if let Some(found) = first(conn, &SQL, params, read)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whose the first of these names is that anybody has in this home tenant. All are looked for, whichever is found.
pub(crate) fn named(conn: Conn<'_>, tenant: TenantId, names: &[Identifier]) -> Result<Option<UserId>> {
    let sql = "SELECT user_id FROM user_identifiers WHERE tenant_id = ?1 AND kind = ?2 AND key = ?3";
    let mut found = None;
    for name in names {
        let one = first(conn, sql, params![tenant.bytes(), name.kind.as_str(), name.key], |c| c.id())?;
        found = found.or(one);
    }
    Ok(found)
}

fn read(c: &mut Columns<'_>) -> Result<(Standing, Option<PasswordHash>)> {
    let standing = read_standing(c)?;
    let password = c.take::<Option<String>>()?.map(PasswordHash::new);
    Ok((standing, password))
}

/// A user, their home tenant, and their role and fence there, in the next columns.
pub(super) fn read_standing(c: &mut Columns<'_>) -> Result<Standing> {
    let user = user::read(c)?;
    let tenant = tenant::read(c)?;
    let role = c.named_if(Role::parse)?;
    let membership = c.take()?;
    let fences =
        Fences { user: Some(user.fence), tenant: Some(tenant.fence), membership, ..Fences::default() };
    Ok(Standing { user, tenant, role, fences, actor: None })
}
