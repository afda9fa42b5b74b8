//! Looking at deliveries, and having them made once more.

use super::manage::{WebhookError, event, owned, require_manager};
use super::model::{Change, Delivery, DeliveryState};
use crate::access::{Caller, Permission};
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::id::{EventId, WebhookId};
use crate::page::{Page, PageRequest};
use crate::parts::Parts;

/// What was told to a webhook of the caller's tenant, is being told, or could not be, newest first.
///
/// # Errors
/// [`WebhookError`]
pub async fn deliveries(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    state: Option<DeliveryState>,
    page: PageRequest,
) -> Result<Page<Delivery>, WebhookError> {
    caller.require(Permission::WebhookRead)?;
    owned(parts, caller, id).await?;
    Ok(parts.store.webhook_deliveries(id, state, page).await.map_err(Fault::from)?)
}

/// Tells a webhook of an event once more, whatever became of it. It has the same identifier, so that receivers know it again.
///
/// # Errors
/// [`WebhookError`]
pub async fn replay(
    parts: &Parts,
    caller: &Caller,
    (id, told): (WebhookId, EventId),
    source: &Source,
) -> Result<(), WebhookError> {
    require_manager(caller)?;
    let webhook = owned(parts, caller, id).await?;
    let shown = parts.store.audit_entry(webhook.tenant, told).await.map_err(Fault::from)?;
    let leaf = shown.and_then(|shown| shown.index).ok_or(WebhookError::UnknownDelivery)?;
    let delivery = parts.store.webhook_delivery(id, leaf).await.map_err(Fault::from)?;
    delivery.ok_or(WebhookError::UnknownDelivery)?;
    let row = event(EventName::WebhookReplayed, &webhook, caller, source).text("told", told.to_string());
    let commit = Commit::new(row.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Webhook(id), rev: webhook.rev })
        .change(commit::Change::Webhook(Change::Replay { id, leaf: Some(leaf) }));
    parts.store.commit(commit).await?;
    Ok(())
}

/// Tells a webhook once more of all that could not be told.
///
/// # Errors
/// [`WebhookError`]
pub async fn replay_dead(
    parts: &Parts,
    caller: &Caller,
    id: WebhookId,
    source: &Source,
) -> Result<(), WebhookError> {
    require_manager(caller)?;
    let webhook = owned(parts, caller, id).await?;
    let row = event(EventName::WebhookReplayed, &webhook, caller, source).text("what", "dead letters");
    let commit = Commit::new(row.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Webhook(id), rev: webhook.rev })
        .change(commit::Change::Webhook(Change::Replay { id, leaf: None }));
    parts.store.commit(commit).await?;
    Ok(())
}
