//! What is told to webhooks.

use super::columns::{self, Columns};
use super::conn::{Conn, Result, params};
use super::{List, all, change, change_one, first, page, signed};
use authms_core::id::WebhookId;
use authms_core::page::{Page, PageRequest};
use authms_core::time::Timestamp;
use authms_core::webhook::{Delivery, DeliveryState, Outcome};
use std::sync::LazyLock;

/// How many of the newest a list looks at.
const LOOKED_AT: u32 = 10_000;

const COLUMNS: [&str; 12] = [
    "webhook_id",
    "leaf",
    "event_id",
    "name",
    "subject",
    "state",
    "attempts",
    "due_at",
    "created_at",
    "ended_at",
    "status",
    "why",
];

fn read(c: &mut Columns<'_>) -> Result<Delivery> {
    Ok(Delivery {
        webhook: c.id()?,
        leaf: c.count()?,
        event: c.id()?,
        name: c.take()?,
        subject: c.take()?,
        state: c.named(DeliveryState::parse)?,
        attempts: c.take()?,
        due_at: c.time()?,
        created_at: c.time()?,
        ended_at: c.time_if()?,
        status: c.take()?,
        why: c.take()?,
    })
}

/// One delivery.
pub(crate) fn get(conn: Conn<'_>, webhook: WebhookId, leaf: u64) -> Result<Option<Delivery>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("d", &COLUMNS);
        format!("SELECT {columns} FROM webhook_deliveries d WHERE d.webhook_id = ?1 AND d.leaf = ?2")
    });
    first(conn, &SQL, params![webhook.bytes(), signed(leaf)], read)
}

/// The newest of a webhook, newest first.
pub(crate) fn list(
    conn: Conn<'_>,
    webhook: WebhookId,
    state: Option<DeliveryState>,
    request: PageRequest,
) -> Result<Page<Delivery>> {
    let columns = columns::list("d", &COLUMNS);
    let of_state = state.map_or(String::new(), |state| format!("AND n.state = '{}'", state.as_str()));
    let from = format!(
        "FROM (SELECT * FROM webhook_deliveries n WHERE n.webhook_id = ?1 {of_state}
               ORDER BY n.leaf DESC LIMIT {LOOKED_AT}) d"
    );
    let list = List { columns: &columns, from: &from, order: "d.leaf DESC" };
    page(conn, &list, &[webhook.bytes()], request, read)
}

/// How many wait.
pub(crate) fn waiting(conn: Conn<'_>, webhook: WebhookId) -> Result<u64> {
    let sql = "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?1 AND state = 'waiting'";
    Ok(first(conn, sql, [webhook.bytes()], |c| c.count())?.unwrap_or(0))
}

/// See [`Webhooks::webhook_due`](authms_core::ports::Webhooks::webhook_due).
pub(crate) fn due(conn: Conn<'_>, webhook: WebhookId, now: Timestamp, most: u32) -> Result<Vec<Delivery>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let columns = columns::list("d", &COLUMNS);
        format!(
            "SELECT {columns} FROM webhook_deliveries d
             WHERE d.webhook_id = ?1 AND d.state = 'waiting' AND d.due_at <= ?2
                 AND NOT EXISTS (SELECT 1 FROM webhook_deliveries b
                                 WHERE b.webhook_id = d.webhook_id AND b.state = 'waiting'
                                     AND b.subject = d.subject AND b.leaf < d.leaf)
             ORDER BY d.leaf LIMIT ?3"
        )
    });
    all(conn, &SQL, params![webhook.bytes(), now.as_millis(), most], read)
}

pub(super) fn insert(conn: Conn<'_>, new: &Delivery) -> Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (COLUMNS.join(", "), columns::placeholders(&COLUMNS));
        format!("INSERT INTO webhook_deliveries ({columns}) VALUES ({values})")
    });
    let row = params![
        new.webhook.bytes(),
        signed(new.leaf),
        new.event.bytes(),
        new.name,
        new.subject,
        new.state.as_str(),
        new.attempts,
        new.due_at.as_millis(),
        new.created_at.as_millis(),
        new.ended_at.map(Timestamp::as_millis),
        new.status,
        new.why,
    ];
    change_one(conn, &SQL, row)
}

pub(super) fn count_try(conn: Conn<'_>, (webhook, leaf): (WebhookId, u64), due_at: Timestamp) -> Result<()> {
    let sql = "UPDATE webhook_deliveries SET attempts = attempts + 1, due_at = ?3
               WHERE webhook_id = ?1 AND leaf = ?2";
    change_one(conn, sql, params![webhook.bytes(), signed(leaf), due_at.as_millis()])
}

pub(super) fn note(conn: Conn<'_>, webhook: WebhookId, outcome: &Outcome, at: Timestamp) -> Result<()> {
    let Outcome { leaf, state, due_at, status, why } = outcome;
    let ended_at = (*state != DeliveryState::Waiting).then_some(at.as_millis());
    let sql = "UPDATE webhook_deliveries SET state = ?3, due_at = ?4, ended_at = ?5, status = ?6, why = ?7
               WHERE webhook_id = ?1 AND leaf = ?2";
    let row =
        params![webhook.bytes(), signed(*leaf), state.as_str(), due_at.as_millis(), ended_at, status, why];
    change_one(conn, sql, row)
}

pub(super) fn replay(conn: Conn<'_>, webhook: WebhookId, leaf: Option<u64>, at: Timestamp) -> Result<()> {
    const AGAIN: &str =
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = ?2, ended_at = NULL,
                             status = NULL, why = NULL
                         WHERE webhook_id = ?1";
    let (id, at) = (webhook.bytes(), at.as_millis());
    match leaf {
        Some(leaf) => change_one(conn, &format!("{AGAIN} AND leaf = ?3"), params![id, at, signed(leaf)]),
        None => change(conn, &format!("{AGAIN} AND state = 'dead'"), params![id, at]),
    }
}

/// Gives up all that waits.
pub(super) fn give_up_waiting(conn: Conn<'_>, webhook: WebhookId, at: Timestamp) -> Result<()> {
    let sql = "UPDATE webhook_deliveries SET state = 'dead', ended_at = ?2, why = 'skipped'
               WHERE webhook_id = ?1 AND state = 'waiting'";
    change(conn, sql, params![webhook.bytes(), at.as_millis()])
}
