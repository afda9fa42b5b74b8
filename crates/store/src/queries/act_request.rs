//! Requests to act on somebody's behalf, and who lets nobody act.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, ToSql, params};
use super::{List, act_notice, change_one, first, on_behalf, page};
use authms_core::id::{ActRequestId, TenantId, UserId};
use authms_core::on_behalf::{ActEnd, ActRequest, Change, DECIDED_WITHIN};
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;
use std::sync::LazyLock;

const COLUMNS: [&str; 13] = [
    "id",
    "tenant_id",
    "actor_id",
    "subject_id",
    "client_id",
    "reason",
    "terms",
    "created_at",
    "expires_at",
    "approved_by",
    "agreed",
    "refused_by",
    "used",
];

fn read(c: &mut Columns<'_>) -> Result<ActRequest> {
    Ok(ActRequest {
        id: c.id()?,
        tenant: c.id()?,
        actor: c.id()?,
        subject: c.id()?,
        client: c.id_if()?,
        reason: c.take()?,
        terms: on_behalf::read_terms(c)?,
        created_at: c.time()?,
        expires_at: c.time()?,
        approved_by: c.id_if()?,
        agreed: c.take()?,
        end: match (c.id_if()?, c.take()?) {
            (Some(user), _) => Some(ActEnd::Refused(user)),
            (None, true) => Some(ActEnd::Used),
            (None, false) => None,
        },
    })
}

/// One request.
pub(crate) fn get(conn: Conn<'_>, id: ActRequestId) -> Result<Option<ActRequest>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT {} FROM act_requests r WHERE r.id = ?1", columns::list("r", &COLUMNS))
    });
    first(conn, &SQL, [id.bytes()], read)
}

/// Those of a tenant, newest first: only of this actor, only for this subject.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    (actor, subject): (Option<UserId>, Option<UserId>),
    request: PageRequest,
) -> Result<Page<ActRequest>> {
    let columns = columns::list("r", &COLUMNS);
    let mut from = "FROM act_requests r WHERE r.tenant_id = ?1".to_owned();
    let mut params: Vec<&dyn ToSql> = vec![tenant.bytes()];
    for (column, user) in [("actor_id", &actor), ("subject_id", &subject)] {
        if let Some(user) = user {
            params.push(user.bytes());
            from = format!("{from} AND r.{column} = ?{}", params.len());
        }
    }
    let list = List { columns: &columns, from: &from, order: "r.id DESC" };
    page(conn, &list, &params, request, read)
}

/// Since when nobody acts for this user in the tenant, if they said so.
pub(crate) fn opted_out(conn: Conn<'_>, tenant: TenantId, user: UserId) -> Result<Option<Timestamp>> {
    let sql = "SELECT since FROM act_opt_outs WHERE tenant_id = ?1 AND user_id = ?2";
    first(conn, sql, [tenant.bytes(), user.bytes()], |c| c.time())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    let until = at.plus(DECIDED_WITHIN).as_millis();
    match change {
        Change::Ask(new) => ask(conn, new, at),
        Change::Approve { id, by } => {
            let sql = "UPDATE act_requests SET approved_by = ?2, expires_at = ?3 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), by.bytes(), until])
        }
        Change::Agree(id) => {
            let sql = "UPDATE act_requests SET agreed = 1, expires_at = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), until])
        }
        Change::Refuse { id, by } => {
            let sql = "UPDATE act_requests SET refused_by = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), by.bytes()])
        }
        Change::Use(id) => {
            change_one(conn, "UPDATE act_requests SET used = 1 WHERE id = ?1", params![id.bytes()])
        }
        Change::TellLater(notice) => act_notice::insert(conn, notice),
        Change::Told(sessions) => act_notice::forget(conn, sessions),
        Change::OptOut { tenant, user, out: true } => {
            let sql = "INSERT INTO act_opt_outs (tenant_id, user_id, since) VALUES (?1, ?2, ?3)
                       ON CONFLICT (tenant_id, user_id) DO NOTHING";
            super::change(conn, sql, params![tenant.bytes(), user.bytes(), at.as_millis()])
        }
        Change::OptOut { tenant, user, out: false } => {
            let sql = "DELETE FROM act_opt_outs WHERE tenant_id = ?1 AND user_id = ?2";
            super::change(conn, sql, params![tenant.bytes(), user.bytes()])
        }
    }
}

fn ask(conn: Conn<'_>, new: &ActRequest, at: Timestamp) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "INSERT INTO act_requests ({}) VALUES ({})",
            COLUMNS.join(", "),
            columns::placeholders(&COLUMNS)
        )
    });
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.actor.bytes(),
        new.subject.bytes(),
        new.client.as_ref().map(|c| c.bytes()),
        new.reason,
        on_behalf::terms_column(&new.terms),
        at.as_millis(),
        at.plus(DECIDED_WITHIN).as_millis(),
        None::<[u8; 16]>,
        false,
        None::<[u8; 16]>,
        false,
    ];
    change_one(conn, &SQL, row)
}
