//! Users as members of a tenant.

use super::columns::Columns;
use super::conn::{Conn, Result, ToSql, params};
use super::{List, first, membership, page, user, user_terms};
use authms_core::access::Role;
use authms_core::id::{TenantId, UserId};
use authms_core::page::{Page, PageRequest};
use authms_core::password::Census;
use authms_core::ports::Member;
use authms_core::user::{PasswordHash, Search, UserFilter};
use std::ops::ControlFlow;
use std::sync::LazyLock;

fn columns() -> String {
    format!("{}, m.role, m.fence", user::columns("u"))
}

fn read(c: &mut Columns<'_>) -> Result<Member> {
    Ok(Member { user: user::read(c)?, role: c.named(Role::parse)?, fence: c.take()? })
}

/// One member, whatever their status.
pub(crate) fn member(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<Member>> {
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
    conn: Conn<'_>,
    tenant: TenantId,
    users: &[UserId],
) -> Result<Vec<Option<Member>>> {
    conn.snapshot(|conn| users.iter().map(|user| member(conn, tenant, *user)).collect())
}

/// The oldest active user with this role in the tenant.
pub(crate) fn first_with_role(conn: Conn<'_>, tenant: TenantId, role: Role) -> Result<Option<Member>> {
    let sql = format!(
        "SELECT {} FROM memberships m {} JOIN users u ON u.id = m.user_id
         WHERE m.tenant_id = ?1 AND m.role = ?2 AND m.removed = 0 AND u.status = 'active'
         ORDER BY m.user_id LIMIT 1",
        columns(),
        conn.indexed_by(membership::BY_ROLE),
    );
    first(conn, &sql, params![tenant.bytes(), role.as_str()], read)
}

/// The members of a tenant, newest first.
pub(crate) fn members(
    conn: Conn<'_>,
    tenant: TenantId,
    filter: &UserFilter,
    request: PageRequest,
) -> Result<Page<Member>> {
    let Query { from, params } = query(conn, tenant, filter);
    let params: Vec<&dyn ToSql> = params.iter().map(|p| &**p).collect();
    page(conn, &List { columns: &columns(), from: &from, order: "m.user_id DESC" }, &params, request, read)
}

/// Counts every user whose home is this tenant.
pub(crate) fn census(conn: Conn<'_>, tenant: TenantId, mut census: Census) -> Result<Census> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT {}, u.password_hash FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.tenant_id = ?1 AND m.removed = 0 AND u.tenant_id = ?1 AND u.status <> 'deleted'",
            user::columns("u"),
        )
    });
    conn.each(&SQL, params![tenant.bytes()], |c| {
        let (user, hash) = (user::read(c)?, c.take::<Option<String>>()?.map(PasswordHash::new));
        census.count(&user, hash.as_ref());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(census)
}

/// What a list is made of.
struct Query {
    from: String,
    params: Vec<Box<dyn ToSql>>,
}

impl Query {
    /// Demands one thing more, given the place of its parameter.
    fn demand(&mut self, param: impl ToSql + 'static, condition: impl FnOnce(usize) -> String) {
        self.params.push(Box::new(param));
        self.from.push_str(" AND ");
        self.from.push_str(&condition(self.params.len()));
    }
}

fn query(conn: Conn<'_>, tenant: TenantId, filter: &UserFilter) -> Query {
    let by_role = match (filter.role, &filter.search) {
        (Some(_), None) => conn.indexed_by(membership::BY_ROLE),
        _ => String::new(),
    };
    let from = format!(
        "FROM memberships m {by_role} JOIN users u ON u.id = m.user_id WHERE m.tenant_id = ?1 AND m.removed = 0"
    );
    let mut query = Query { from, params: vec![Box::new(*tenant.bytes())] };
    match filter.status {
        Some(status) => query.demand(status.as_str(), |n| format!("u.status = ?{n}")),
        None => query.from.push_str(" AND u.status <> 'deleted'"),
    }
    if let Some(role) = filter.role {
        query.demand(role.as_str(), |n| format!("m.role = ?{n}"));
    }
    match &filter.search {
        None => {}
        Some(Search::Id(id)) => query.demand(*id.bytes(), |n| format!("m.user_id = ?{n}")),
        Some(Search::Text(text)) => {
            query.params.push(Box::new(user_terms::end_of(text)));
            let end = query.params.len();
            query.demand(text.clone(), |n| format!("m.user_id IN ({})", user_terms::found(n, end)));
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use authms_core::time::Timestamp;
    use authms_core::user::UserStatus;

    /// However many users there are: every table is entered by a key.
    #[test]
    fn a_search_never_goes_through_all_users() {
        let mut conn = rusqlite::Connection::open_in_memory().expect("a database");
        crate::sqlite::migrate(&mut conn, Timestamp::default()).expect("it migrates");
        for role in [None, Some(Role::SuperAdmin)] {
            let search = Search::parse("ann");
            let filter = UserFilter { status: Some(UserStatus::Active), role, search };
            let Query { from, params } = query(Conn::Sqlite(&conn), TenantId::from_bytes([0; 16]), &filter);
            let params: Vec<&dyn ToSql> = params.iter().map(|p| &**p).collect();
            for what in ["count(*)".to_owned(), columns()] {
                let order = if what == "count(*)" { "" } else { "ORDER BY m.user_id DESC LIMIT 20" };
                let mut plan =
                    conn.prepare(&format!("EXPLAIN QUERY PLAN SELECT {what} {from} {order}")).expect("SQL");
                let steps =
                    plan.query_map(&params[..], |row| row.get::<_, String>("detail")).expect("a plan");
                let steps: Vec<String> = steps.map(|step| step.expect("a step")).collect();
                let has = |step: &str| steps.iter().any(|s| s.starts_with(step));
                assert!(
                    has("SEARCH user_terms USING PRIMARY KEY (tenant_id=? AND term>? AND term<?)"),
                    "{steps:#?}"
                );
                assert!(
                    has("SEARCH t USING COVERING INDEX user_terms_user (user_id=? AND tenant_id=?)"),
                    "{steps:#?}"
                );
                assert!(has("SEARCH u USING PRIMARY KEY (id=?)"), "{steps:#?}");
                let scanned: Vec<_> = steps.iter().filter(|s| s.starts_with("SCAN")).collect();
                // Both are bounded: the results of the two halves.
                assert!(
                    scanned
                        .iter()
                        .all(|s| ["subquery", "newest", "beginnings"].iter().any(|half| s.contains(half))),
                    "{steps:#?}"
                );
            }
        }
    }
}
