//! The audit log as it is looked at: newest first, by the time that events' identifiers begin with.

use super::audit_tree::{WITHIN, number, place};
use super::columns::Columns;
use super::conn::{Conn, Result, ToSql, params};
use super::{List, change, first, page};
use authms_core::audit::log::Log;
use authms_core::audit::{AuditFilter, LOOKED_AT, Shown};
use authms_core::id::{EventId, TenantId, UserId};
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;

const COLUMNS: &str = "id, name, body, place";

fn read(c: &mut Columns<'_>) -> Result<Shown> {
    let (id, name, body) = (c.id()?, c.take()?, c.take()?);
    let place: Option<i64> = c.take()?;
    let index = place.map(|place| (place & ((1 << WITHIN) - 1)).unsigned_abs());
    Ok(Shown { id, name, body, index })
}

/// A page of a log among the newest rows that the filter's times leave.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    filter: &AuditFilter,
    request: PageRequest,
) -> Result<Page<Shown>> {
    let tree = number(conn, Log(Some(tenant)))?;
    let from = filter.from.map_or([0; 16], |at| *EventId::first_at(at).bytes());
    let until = filter.until.map_or([0xff; 16], |at| *EventId::first_at(at).bytes());
    let until = filter.before.map_or(until, |before| until.min(*before.bytes()));
    let user = filter.user.map(|user| user.to_string().into_bytes());
    // A dot and what follows it in ASCII: names that begin with the kind.
    let kind = filter.kind.as_ref().map(|kind| (format!("{kind}."), format!("{kind}/")));
    let mut params: Vec<&dyn ToSql> = vec![&tree, &from, &until, tenant.bytes()];
    let mut conditions = String::new();
    let mut like = |sql: &str, value| {
        params.push(value);
        conditions += &sql.replace("?", &format!("?{}", params.len()));
    };
    if let Some(name) = &filter.name {
        like(" AND name = ?", name);
    }
    if let Some((first, last)) = &kind {
        like(" AND name >= ?", first);
        like(" AND name < ?", last);
    }
    if let Some(user) = &user {
        like(" AND instr(body, ?) > 0", user);
    }
    let newest = |rows: &str| {
        format!(
            "SELECT {COLUMNS} FROM (SELECT {rows} AND id >= ?2 AND id < ?3
             ORDER BY id DESC LIMIT {LOOKED_AT}) newest"
        )
    };
    let sealed = newest("id, name, body, place FROM audit_rows WHERE tree = ?1");
    let waiting = newest("id, name, body, CAST(NULL AS BIGINT) AS place FROM audit_log WHERE tenant = ?4");
    let from = format!("FROM ({sealed} UNION ALL {waiting}) found WHERE 1 = 1{conditions}");
    page(conn, &List { columns: COLUMNS, from: &from, order: "id DESC" }, &params, request, read)
}

/// One row of a log.
pub(crate) fn get(conn: Conn<'_>, tenant: TenantId, id: EventId) -> Result<Option<Shown>> {
    let tree = number(conn, Log(Some(tenant)))?;
    let sealed = "SELECT id, name, body, place FROM audit_rows WHERE tree = ?1 AND id = ?2";
    if let Some(found) = first(conn, sealed, params![tree, id.bytes()], read)? {
        return Ok(Some(found));
    }
    let waiting = "SELECT id, name, body, CAST(NULL AS BIGINT) FROM audit_log WHERE id = ?1 AND tenant = ?2";
    first(conn, waiting, params![id.bytes(), tenant.bytes()], read)
}

/// The rows of a log that a user is told, and whether they have dismissed each.
pub(crate) fn told(
    conn: Conn<'_>,
    tenant: TenantId,
    user: UserId,
    request: PageRequest,
) -> Result<Page<(Shown, bool)>> {
    let tree = number(conn, Log(Some(tenant)))?;
    let (first, last) = (place(tree, 0), place(tree + 1, 0));
    let from = "FROM audit_of_users u JOIN audit_rows r ON r.place = u.place
                WHERE u.user_id = ?1 AND u.place >= ?2 AND u.place < ?3";
    let list = List { columns: "r.id, r.name, r.body, r.place, u.dismissed_at", from, order: "u.id DESC" };
    let read = |c: &mut Columns<'_>| Ok((read(c)?, c.time_if()?.is_some()));
    page(conn, &list, &[user.bytes(), &first, &last], request, read)
}

/// Whether a user has dismissed an event that they are told.
pub(crate) fn dismissed(conn: Conn<'_>, tenant: TenantId, user: UserId, id: EventId) -> Result<Option<bool>> {
    let tree = number(conn, Log(Some(tenant)))?;
    let sql = "SELECT dismissed_at FROM audit_of_users
               WHERE user_id = ?1 AND id = ?2 AND place >= ?3 AND place < ?4";
    let told = params![user.bytes(), id.bytes(), place(tree, 0), place(tree + 1, 0)];
    first(conn, sql, told, |c| Ok(c.time_if()?.is_some()))
}

/// Notes that a user has seen an event; one that was erased meanwhile needs it no more.
pub(super) fn dismiss(conn: Conn<'_>, user: UserId, id: EventId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE audit_of_users SET dismissed_at = ?3 WHERE user_id = ?1 AND id = ?2";
    change(conn, sql, params![user.bytes(), id.bytes(), at.as_millis()])
}
