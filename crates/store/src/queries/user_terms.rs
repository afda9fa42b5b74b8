//! What users are found by, in every tenant that they are members of.

use super::conn::{Conn, Result, params};
use super::{all, change, first, user};
use authms_core::id::{TenantId, UserId};
use authms_core::user::User;
use std::sync::LazyLock;

/// How many users whose names begin with a text are found.
const BEGINNINGS: u32 = 10_000;

/// Within how many of the newest members a text is looked for inside of names.
const LOOKED_THROUGH: u32 = 20_000;

/// The identifiers of the members of tenant `?1` that the text `?{text}` finds, as a subquery; `?{end}` is where the
/// texts that begin with it end. A text is compared as it is: it is no pattern.
pub(super) fn found(text: usize, end: usize) -> String {
    format!(
        "SELECT user_id FROM (SELECT user_id FROM user_terms
                              WHERE tenant_id = ?1 AND term >= ?{text} AND term < ?{end} LIMIT {BEGINNINGS}) beginnings
         UNION
         SELECT t.user_id FROM (SELECT user_id FROM memberships WHERE tenant_id = ?1 AND removed = 0
                                ORDER BY user_id DESC LIMIT {LOOKED_THROUGH}) newest
         CROSS JOIN user_terms t
         WHERE t.user_id = newest.user_id AND t.tenant_id = ?1 AND instr(t.term, ?{text}) > 0"
    )
}

/// Where the texts that begin with this one end.
pub(super) fn end_of(text: &str) -> String {
    format!("{text}{}", char::MAX)
}

/// Follows a change of a user's names.
pub(super) fn follow_names(conn: Conn<'_>, user: &User) -> Result<()> {
    change(conn, "DELETE FROM user_terms WHERE user_id = ?1", [user.id.bytes()])?;
    let sql = "SELECT tenant_id FROM memberships WHERE user_id = ?1 AND removed = 0";
    for tenant in all(conn, sql, [user.id.bytes()], |c| c.id())? {
        insert(conn, tenant, user)?;
    }
    Ok(())
}

/// Follows a user into a tenant, or out of it.
pub(super) fn follow_membership(
    conn: Conn<'_>,
    (tenant, user): (TenantId, UserId),
    removed: bool,
) -> Result<()> {
    let ids = [tenant.bytes(), user.bytes()];
    change(conn, "DELETE FROM user_terms WHERE tenant_id = ?1 AND user_id = ?2", ids)?;
    if removed {
        return Ok(());
    }
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM users u WHERE u.id = ?1", user::columns("u")));
    let user = first(conn, &SQL, [user.bytes()], user::read)?;
    user.map_or(Ok(()), |user| insert(conn, tenant, &user))
}

fn insert(conn: Conn<'_>, tenant: TenantId, user: &User) -> Result<()> {
    let sql = "INSERT INTO user_terms (tenant_id, term, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    for term in user.terms() {
        change(conn, sql, params![tenant.bytes(), term, user.id.bytes()])?;
    }
    Ok(())
}
