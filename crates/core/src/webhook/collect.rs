//! Taking events from the log: what was sealed since, of the kinds that the endpoint wants.

use super::events::{subject, wants};
use super::model::{Change, Delivery, DeliveryState, Webhook};
use crate::audit::log::{Log, Row, tree};
use crate::fault::Fault;
use crate::parts::Parts;

/// Rows looked at in one go.
const CHUNK: u32 = 500;

/// Deliveries that may wait at an endpoint. Beyond, the rest waits in the log, where it is kept anyway.
const WAITING: u64 = 10_000;

/// What is to be written of the next rows; `None`: there are none, or enough waits already.
pub(super) async fn collected(parts: &Parts, webhook: &mut Webhook) -> Result<Option<Change>, Fault> {
    let from = webhook.progress.next_leaf;
    let Some(tree) = tree(&*parts.store, Log(Some(webhook.tenant))).await? else { return Ok(None) };
    if tree.size <= from || parts.store.webhook_waiting(webhook.id).await? >= WAITING {
        return Ok(None);
    }
    let rows = parts.store.audit_rows(tree.number, from, CHUNK).await?;
    // Rows that are gone were erased, their retention being over.
    let next_leaf = rows.last().map_or(tree.size, |row| row.index + 1);
    webhook.progress.next_leaf = next_leaf;
    let now = parts.now();
    let delivery = |row: &Row| Delivery {
        webhook: webhook.id,
        leaf: row.index,
        event: row.id,
        name: row.name.clone(),
        subject: subject(row),
        state: DeliveryState::Waiting,
        attempts: 0,
        due_at: now,
        created_at: now,
        ended_at: None,
        status: None,
        why: None,
    };
    let deliveries = rows.iter().filter(|row| wants(webhook, row)).map(delivery).collect();
    Ok(Some(Change::Collect { id: webhook.id, next_leaf, deliveries }))
}
