//! A spent ticket that comes back: the same redeemer repeating a lost answer, or anybody else.

use super::attempt::{Attempt, RedeemError, TryError, event, raced, take};
use super::binding::broken_binding;
use super::life::TicketState;
use super::model::{Change, Replay};
use crate::audit::EventName;
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::SessionId;
use crate::limits::LimitKind;
use crate::parts::Parts;
use crate::ports::RedeemView;
use crate::signin::challenge::challenge_again;
use crate::signin::{Again, Answer, again};
use crate::time::Timestamp;
use authms_crypto::{ct_eq, derived_refresh_secret, sha256};

/// After so many audit rows a ticket's further replays are only counted.
const AUDITED_REPLAYS: u32 = 5;

/// A replay that may be answered as before.
pub(super) struct Recognized {
    replay: Replay,
    session: SessionId,
    spent_at: Timestamp,
}

/// Whether this is the redeemer again: the same key, in time, and every binding met once more.
pub(super) fn recognize(attempt: &Attempt<'_>, view: &RedeemView, now: Timestamp) -> Option<Recognized> {
    let TicketState::Spent { session, at: spent_at } = view.ticket.state else { return None };
    let replay = view.replay?;
    let key = attempt.ask.idempotency_key.as_ref()?;
    let same = ct_eq(&sha256(key.expose().as_bytes()), &replay.key_hash)
        && within(spent_at, &replay, now)
        && broken_binding(attempt, &view.ticket).is_none();
    same.then_some(Recognized { replay, session, spent_at })
}

/// What was answered then: the same session, or the same challenge as long as it waits.
pub(super) async fn answer_again(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    recognized: Recognized,
) -> Result<Answer, TryError> {
    let Recognized { replay, session, spent_at } = recognized;
    let Some(key) = attempt.ask.idempotency_key.as_ref() else {
        return count_replay(parts, attempt, view).await;
    };
    let secret = derived_refresh_secret(&attempt.token.secret, key.expose(), &replay.salt);
    let client = attempt.client.as_ref().map(|c| c.id);
    let waiting = challenge_again(parts, session, client, secret.clone()).await?;
    if let Some(challenged) = waiting {
        return Ok(Answer::Challenged(challenged));
    }
    let asked = Again { session, client, refresh: secret, jti: replay.jti, issued_at: spent_at };
    match again(parts, asked).await? {
        Some(signed_in) => Ok(Answer::SignedIn(Box::new(signed_in))),
        None => count_replay(parts, attempt, view).await,
    }
}

/// Anybody else: refused, told to the audit log, and the end of every replay.
pub(super) async fn count_replay(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
) -> Result<Answer, TryError> {
    let id = view.ticket.id;
    take(parts, LimitKind::Ticket, id.bytes()).await?;
    if view.ticket.replays < AUDITED_REPLAYS {
        let row = event(EventName::TicketReplayed, attempt, &view.ticket).into_row(parts.now(), &*parts.rng);
        let audited = Commit::new(row)
            .guard(Guard::ReplaysBelow { id, bound: AUDITED_REPLAYS })
            .change(commit::Change::Ticket(Change::CountReplay(id)));
        match parts.store.commit(audited).await {
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::from(other).into()),
            Ok(_) => return Err(RedeemError::Refused.into()),
        }
    }
    parts.store.commit(Commit::counted_replay(id)).await.map_err(raced)?;
    Err(RedeemError::Refused.into())
}

/// Whether `at` is within the replay window of a spending.
fn within(spent_at: Timestamp, replay: &Replay, now: Timestamp) -> bool {
    now < spent_at.plus(replay.window)
}
