//! One attempt: an event's row out of the log, signed, and posted.

use super::model::{Delivery, DeliveryState, Outcome, Webhook};
use super::payload::payload;
use super::secret;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{Answered, Post, Poster};
use crate::time::{Span, Timestamp};

/// How often a delivery is tried before it is given up: for about three days.
pub(super) const ATTEMPTS: u32 = 75;

/// The pause after the first attempt. Each is four times as long as the one before, up to the longest.
const FIRST_PAUSE: Span = Span::seconds(5);
const LONGEST_PAUSE: Span = Span::hours(1);

/// When to try again after so many attempts: pauses vary by a fifth, so that what failed together does not come back together.
pub(super) fn again_at(parts: &Parts, attempts: u32) -> Timestamp {
    let [random] = crate::ports::random::<1>(&*parts.rng);
    let factor = 4_i64.checked_pow(attempts.saturating_sub(1)).unwrap_or(i64::MAX);
    let pause = FIRST_PAUSE.as_millis().saturating_mul(factor).min(LONGEST_PAUSE.as_millis());
    parts.now().plus(Span::millis(pause * (80 + i64::from(random) % 41) / 100))
}

/// What an attempt came to.
pub(super) struct Attempted {
    pub(super) outcome: Outcome,
    /// Whether anything was sent: else it says nothing of the endpoint.
    pub(super) was_sent: bool,
    /// It answered 410.
    pub(super) is_gone: bool,
    /// How long the endpoint wants to be left alone.
    pub(super) retry_after: Option<Span>,
}

/// Makes an attempt that was counted.
pub(super) async fn attempt(
    parts: &Parts,
    poster: &dyn Poster,
    webhook: &Webhook,
    tree: u32,
    delivery: &Delivery,
) -> Result<Attempted, Fault> {
    let row = parts.store.audit_rows(tree, delivery.leaf, 1).await?.into_iter().next();
    let row = row.filter(|row| row.index == delivery.leaf && row.id == delivery.event);
    let Some(row) = row else { return Ok(dead(delivery, "the event was erased")) };
    let Some(body) = payload(&row.name, &row.body) else {
        return Ok(dead(delivery, "the event is unreadable"));
    };
    let now = parts.now();
    let secrets = secret::signing(parts, webhook, now);
    if secrets.is_empty() {
        return Ok(dead(delivery, "the secret is unreadable"));
    }
    let (id, timestamp) = (row.id.to_string(), now.as_seconds());
    let signatures: Vec<_> = secrets.iter().map(|secret| secret.sign(&id, timestamp, &body)).collect();
    let headers = vec![
        ("webhook-id", id),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    let answered = poster.post(&Post { url: webhook.url.clone(), headers, body }).await;
    Ok(judged(parts, delivery, answered))
}

fn judged(parts: &Parts, delivery: &Delivery, answered: Result<Answered, String>) -> Attempted {
    let leaf = delivery.leaf;
    let (status, why, wait) = match answered {
        Ok(answered) if (200..300).contains(&answered.status) => {
            let (state, status) = (DeliveryState::Delivered, Some(answered.status));
            let outcome = Outcome { leaf, state, due_at: parts.now(), status, why: None };
            return Attempted { outcome, was_sent: true, is_gone: false, retry_after: None };
        }
        Ok(answered) => (Some(answered.status), None, answered.retry_after),
        Err(why) => (None, Some(why), None),
    };
    let attempts = delivery.attempts + 1;
    let state = if attempts >= ATTEMPTS { DeliveryState::Dead } else { DeliveryState::Waiting };
    let wait = wait.map(|wait| wait.min(LONGEST_PAUSE));
    let due_at = again_at(parts, attempts).max(parts.now().plus(wait.unwrap_or_default()));
    let outcome = Outcome { leaf, state, due_at, status, why };
    Attempted { outcome, was_sent: true, is_gone: status == Some(410), retry_after: wait }
}

/// What never can be made.
fn dead(delivery: &Delivery, why: &str) -> Attempted {
    let (leaf, due_at) = (delivery.leaf, delivery.due_at);
    let outcome =
        Outcome { leaf, state: DeliveryState::Dead, due_at, status: None, why: Some(why.to_owned()) };
    Attempted { outcome, was_sent: false, is_gone: false, retry_after: None }
}
