//! Working on endpoints: one process at a time on each, by turns.

use super::collect::collected;
use super::model::{Change, Delivery, DeliveryState, DisabledWhy, Webhook};
use super::send::{Attempted, again_at, attempt};
use crate::audit::log::{Log, tree};
use crate::audit::{Event, EventName};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{Fut, Poster};
use crate::time::Span;
use std::future::poll_fn;
use std::task::Poll;

/// Endpoints worked on at once by who calls [`deliver`].
pub const AT_ONCE: u32 = 16;

/// Deliveries made at once to an endpoint: each concerns somebody else.
const BATCH: u32 = 16;

/// How long a turn may go on, until the next batch would begin: others have theirs.
const TURN: Span = Span::seconds(10);

/// How long others leave an endpoint alone: longer than a batch takes.
const LEASE: Span = Span::seconds(60);

/// How long an endpoint that fails is left alone, at first and at last.
const FIRST_REST: Span = Span::seconds(5);
const LONGEST_REST: Span = Span::seconds(60);

/// Takes events from the log and delivers them, at the endpoints that waited longest. Called every second by every process that serves;
/// several may work at once, in this process and in others.
///
/// # Errors
/// [`Fault`] of the store; that an endpoint takes nothing is none.
pub async fn deliver(parts: &Parts) -> Result<(), Fault> {
    let Some(poster) = parts.poster.as_deref() else { return Ok(()) };
    let found = parts.store.webhooks_with_work(parts.now(), AT_ONCE).await?;
    let turns = found.into_iter().map(|webhook| -> Fut<'_, _> { Box::pin(turn(parts, poster, webhook)) });
    all(turns.collect()).await.into_iter().collect()
}

/// One endpoint's turn, unless somebody else was faster.
async fn turn(parts: &Parts, poster: &dyn Poster, mut webhook: Webhook) -> Result<(), Fault> {
    let (id, begun) = (webhook.id, parts.now());
    if !wrote(parts, &webhook, Change::Take { id, until: begun.plus(LEASE) }).await? {
        return Ok(());
    }
    webhook.progress.turn += 1;
    let mut rest = None;
    while rest.is_none() && parts.now() < begun.plus(TURN) {
        let taken = collected(parts, &mut webhook).await?;
        let is_any = taken.is_some();
        if let Some(change) = taken
            && !wrote(parts, &webhook, change).await?
        {
            return Ok(());
        }
        let most = if webhook.progress.failures > 0 { 1 } else { BATCH };
        let due = parts.store.webhook_due(id, parts.now(), most).await?;
        if !due.is_empty() {
            match batch(parts, poster, &mut webhook, due).await? {
                Batch::Over => return Ok(()),
                Batch::Done => {}
                Batch::Failed(wanted) => rest = Some(wanted),
            }
        } else if !is_any {
            break;
        }
    }
    let until = parts.now().plus(rest.unwrap_or_default());
    wrote(parts, &webhook, Change::Rest { id, until }).await.map(drop)
}

/// What a batch came to.
enum Batch {
    /// The turn is no longer ours.
    Over,
    /// Something arrived.
    Done,
    /// Nothing did: the endpoint is to be left alone so long.
    Failed(Span),
}

/// Delivers what is due.
async fn batch(
    parts: &Parts,
    poster: &dyn Poster,
    webhook: &mut Webhook,
    due: Vec<Delivery>,
) -> Result<Batch, Fault> {
    let id = webhook.id;
    let tries = due.iter().map(|delivery| (delivery.leaf, again_at(parts, delivery.attempts + 1))).collect();
    if !wrote(parts, webhook, Change::Try { id, tries, until: parts.now().plus(LEASE) }).await? {
        return Ok(Batch::Over);
    }
    let tree = tree(&*parts.store, Log(Some(webhook.tenant))).await?.map_or(0, |tree| tree.number);
    let seen = &*webhook;
    let attempts =
        due.iter().map(|one| -> Fut<'_, _> { Box::pin(attempt(parts, poster, seen, tree, one)) }).collect();
    let attempted: Vec<Attempted> = all(attempts).await.into_iter().collect::<Result<_, Fault>>()?;
    let is_gone = attempted.iter().any(|one| one.is_gone);
    let asked = attempted.iter().filter_map(|one| one.retry_after).max();
    let is_well = attempted.iter().any(|one| one.outcome.state == DeliveryState::Delivered);
    let is_ill = !is_well && attempted.iter().any(|one| one.was_sent);
    let outcomes = attempted.into_iter().map(|one| one.outcome).collect();
    let (now, progress) = (parts.now(), &mut webhook.progress);
    if is_well {
        (progress.failures, progress.failing_since) = (0, None);
    } else if is_ill {
        progress.failures = progress.failures.saturating_add(1);
        progress.failing_since = progress.failing_since.or(Some(now));
    }
    let (failures, failing_since) = (progress.failures, progress.failing_since);
    if !wrote(parts, webhook, Change::End { id, outcomes, failures, failing_since }).await? {
        return Ok(Batch::Over);
    }
    if is_gone {
        return disabled(parts, webhook, DisabledWhy::Gone).await;
    }
    if !is_ill {
        return Ok(Batch::Done);
    }
    if failing_since.is_some_and(|since| since.plus(parts.policy.webhook_patience) <= now) {
        return disabled(parts, webhook, DisabledWhy::Failing).await;
    }
    Ok(Batch::Failed(rest(failures).max(asked.unwrap_or_default()).min(LONGEST_REST)))
}

/// How long an endpoint is left alone after so many batches of which nothing arrived.
fn rest(failures: u32) -> Span {
    let factor = 1_i64.checked_shl(failures.saturating_sub(1).min(30)).unwrap_or(i64::MAX);
    Span::millis(FIRST_REST.as_millis().saturating_mul(factor)).min(LONGEST_REST)
}

async fn disabled(parts: &Parts, webhook: &Webhook, why: DisabledWhy) -> Result<Batch, Fault> {
    let since = webhook.progress.failing_since.map(|since| since.to_string());
    let row = Event::new(EventName::WebhookDisabled, Some(webhook.tenant))
        .text("webhook", webhook.id.to_string())
        .text("why", why.as_str())
        .text_if("since", since)
        .into_row(parts.now(), &*parts.rng);
    let change = commit::Change::Webhook(Change::Disable(webhook.id, why));
    committed(parts, webhook, Commit::new(row).change(change)).await?;
    Ok(Batch::Over)
}

async fn wrote(parts: &Parts, webhook: &Webhook, change: Change) -> Result<bool, Fault> {
    committed(parts, webhook, Commit::unremarkable(commit::Change::Webhook(change))).await
}

/// Writes it if the turn is still ours; whether it was.
async fn committed(parts: &Parts, webhook: &Webhook, commit: Commit) -> Result<bool, Fault> {
    let guard = Guard::WebhookTurn { id: webhook.id, turn: webhook.progress.turn };
    match parts.store.commit(commit.guard(guard)).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

/// Runs all of these beside each other.
async fn all<T>(futures: Vec<Fut<'_, T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    poll_fn(|cx| {
        let mut is_done = true;
        for (future, done) in running.iter_mut().filter(|(_, done)| done.is_none()) {
            match future.as_mut().poll(cx) {
                Poll::Ready(value) => *done = Some(value),
                Poll::Pending => is_done = false,
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|(_, done)| done).collect()
}
