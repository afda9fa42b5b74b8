//! Webhooks: the endpoints.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::webhook_delivery as delivery;
use super::{List, all, change, change_one, first, page, signed, words};
use authms_core::id::{TenantId, WebhookId};
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;
use authms_core::webhook::{Change, DisabledWhy, Former, Progress, Webhook};
use std::sync::LazyLock;

const COLUMNS: [&str; 17] = [
    "id",
    "tenant_id",
    "url",
    "description",
    "events",
    "secret",
    "former_secret",
    "former_until",
    "disabled_why",
    "rev",
    "created_at",
    "updated_at",
    "next_leaf",
    "turn",
    "free_at",
    "failures",
    "failing_since",
];

fn read(c: &mut Columns<'_>) -> Result<Webhook> {
    Ok(Webhook {
        id: c.id()?,
        tenant: c.id()?,
        url: c.take()?,
        description: c.take()?,
        events: c.words(|word| Some(word.to_owned()))?,
        secret: c.take()?,
        former: c.take::<Option<_>>()?.zip(c.time_if()?).map(|(sealed, until)| Former { sealed, until }),
        disabled: c.named_if(DisabledWhy::parse)?,
        rev: c.count()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        progress: Progress {
            next_leaf: c.count()?,
            turn: c.count()?,
            free_at: c.time()?,
            failures: c.take()?,
            failing_since: c.time_if()?,
        },
    })
}

/// One webhook.
pub(crate) fn get(conn: Conn<'_>, id: WebhookId) -> Result<Option<Webhook>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("w", &COLUMNS);
        format!("SELECT {columns} FROM webhooks w WHERE w.id = ?1 AND w.status <> 'deleted'")
    });
    first(conn, &SQL, [id.bytes()], read)
}

/// A tenant's webhooks, oldest first.
pub(crate) fn list(conn: Conn<'_>, tenant: TenantId, request: PageRequest) -> Result<Page<Webhook>> {
    let columns = columns::list("w", &COLUMNS);
    let from = "FROM webhooks w WHERE w.tenant_id = ?1 AND w.status <> 'deleted'";
    let list = List { columns: &columns, from, order: "w.id" };
    page(conn, &list, &[tenant.bytes()], request, read)
}

/// How many a tenant has.
pub(crate) fn count(conn: Conn<'_>, tenant: TenantId) -> Result<u64> {
    let sql = "SELECT count(*) FROM webhooks WHERE tenant_id = ?1 AND status <> 'deleted'";
    Ok(first(conn, sql, [tenant.bytes()], |c| c.count())?.unwrap_or(0))
}

/// See [`Webhooks::webhooks_with_work`](authms_core::ports::Webhooks::webhooks_with_work).
pub(crate) fn with_work(conn: Conn<'_>, now: Timestamp, most: u32) -> Result<Vec<Webhook>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("w", &COLUMNS);
        format!(
            "SELECT {columns} FROM webhooks w
                 JOIN tenants t ON t.id = w.tenant_id AND t.status = 'active'
                 LEFT JOIN audit_trees a ON a.log = w.tenant_id
             WHERE w.status = 'active' AND w.free_at <= ?1
                 AND (a.size > w.next_leaf
                      OR EXISTS (SELECT 1 FROM webhook_deliveries d
                                 WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.due_at <= ?1))
             ORDER BY w.free_at, w.id LIMIT ?2"
        )
    });
    all(conn, &SQL, params![now.as_millis(), most], read)
}

/// Its revision.
pub(crate) fn rev(conn: Conn<'_>, id: WebhookId) -> Result<Option<u64>> {
    let sql = "SELECT rev FROM webhooks WHERE id = ?1 AND status <> 'deleted'";
    first(conn, sql, [id.bytes()], |c| c.count())
}

/// Whose turn it is, if it works.
pub(crate) fn turn(conn: Conn<'_>, id: WebhookId) -> Result<Option<u64>> {
    let sql = "SELECT turn FROM webhooks WHERE id = ?1 AND status = 'active'";
    first(conn, sql, [id.bytes()], |c| c.count())
}

/// Writes a change.
pub(crate) fn write(conn: Conn<'_>, change_to: &Change, at: Timestamp) -> Result<()> {
    match change_to {
        Change::Create(new) => create(conn, new),
        Change::Update(new) => update(conn, new, at),
        Change::Resume { id, from } => resume(conn, *id, *from, at),
        Change::Disable(id, why) => {
            let sql =
                "UPDATE webhooks SET status = 'disabled', disabled_why = ?2, rev = rev + 1, updated_at = ?3
                       WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), why.as_str(), at.as_millis()])
        }
        Change::Delete(id) => {
            let sql = "UPDATE webhooks SET status = 'deleted', updated_at = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), at.as_millis()])
        }
        Change::Take { id, until } => {
            let sql = "UPDATE webhooks SET turn = turn + 1, free_at = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), until.as_millis()])
        }
        Change::Collect { id, next_leaf, deliveries } => {
            let sql = "UPDATE webhooks SET next_leaf = ?2 WHERE id = ?1";
            change_one(conn, sql, params![id.bytes(), signed(*next_leaf)])?;
            deliveries.iter().try_for_each(|new| delivery::insert(conn, new))
        }
        Change::Try { id, tries, until } => {
            free_at(conn, *id, *until)?;
            tries.iter().try_for_each(|(leaf, due_at)| delivery::count_try(conn, (*id, *leaf), *due_at))
        }
        Change::End { id, outcomes, failures, failing_since } => {
            let sql = "UPDATE webhooks SET failures = ?2, failing_since = ?3 WHERE id = ?1";
            let since = failing_since.map(Timestamp::as_millis);
            change_one(conn, sql, params![id.bytes(), failures, since])?;
            outcomes.iter().try_for_each(|outcome| delivery::note(conn, *id, outcome, at))
        }
        Change::Rest { id, until } => free_at(conn, *id, *until),
        Change::Replay { id, leaf } => delivery::replay(conn, *id, *leaf, at),
    }
}

fn free_at(conn: Conn<'_>, id: WebhookId, at: Timestamp) -> Result<()> {
    change_one(conn, "UPDATE webhooks SET free_at = ?2 WHERE id = ?1", params![id.bytes(), at.as_millis()])
}

fn create(conn: Conn<'_>, new: &Webhook) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO webhooks ({columns}, status) VALUES ({values}, 'active')")
    });
    let Progress { next_leaf, turn, free_at, failures, failing_since } = &new.progress;
    let row = params![
        new.id.bytes(),
        new.tenant.bytes(),
        new.url,
        new.description,
        words(new.events.iter().map(String::as_str)),
        new.secret,
        new.former.as_ref().map(|former| &former.sealed),
        new.former.as_ref().map(|former| former.until.as_millis()),
        new.disabled.map(DisabledWhy::as_str),
        signed(new.rev),
        new.created_at.as_millis(),
        new.updated_at.as_millis(),
        signed(*next_leaf),
        signed(*turn),
        free_at.as_millis(),
        failures,
        failing_since.map(Timestamp::as_millis),
    ];
    change_one(conn, &SQL, row)
}

fn update(conn: Conn<'_>, new: &Webhook, at: Timestamp) -> Result<()> {
    let sql = "UPDATE webhooks SET url = ?2, description = ?3, events = ?4, secret = ?5, former_secret = ?6,
                   former_until = ?7, status = ?8, disabled_why = ?9, rev = ?10, updated_at = ?11, free_at = ?11,
                   turn = turn + 1
               WHERE id = ?1";
    let row = params![
        new.id.bytes(),
        new.url,
        new.description,
        words(new.events.iter().map(String::as_str)),
        new.secret,
        new.former.as_ref().map(|former| &former.sealed),
        new.former.as_ref().map(|former| former.until.as_millis()),
        if new.disabled.is_some() { "disabled" } else { "active" },
        new.disabled.map(DisabledWhy::as_str),
        signed(new.rev),
        at.as_millis(),
    ];
    change_one(conn, sql, row)
}

fn resume(conn: Conn<'_>, id: WebhookId, from: Option<u64>, at: Timestamp) -> Result<()> {
    let sql = "UPDATE webhooks SET failures = 0, failing_since = NULL, next_leaf = coalesce(?2, next_leaf)
               WHERE id = ?1";
    change_one(conn, sql, params![id.bytes(), from.map(signed)])?;
    match from {
        Some(_) => delivery::give_up_waiting(conn, id, at),
        None => change(
            conn,
            "UPDATE webhook_deliveries SET due_at = ?2 WHERE webhook_id = ?1 AND state = 'waiting'",
            params![id.bytes(), at.as_millis()],
        ),
    }
}
