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
use crate::signin::{AccessToken, SignedIn, sign};
use crate::time::Timestamp;
use authms_crypto::{RefreshToken, ct_eq, derived_refresh_secret, sha256};

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

/// The same session, refresh token and claims again: derived from what the redeemer holds, never stored.
pub(super) async fn answer_again(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    recognized: Recognized,
) -> Result<SignedIn, TryError> {
    let Recognized { replay, session, spent_at } = recognized;
    let now = parts.now();
    let opened = parts.store.session(session).await.map_err(Fault::from)?;
    let alive = opened.and_then(|v| {
        let role = v.alive(now, parts.policy.session_idle).ok()?;
        let same_client = v.session.client == attempt.client.as_ref().map(|c| c.id);
        (v.session.generation == 0 && same_client).then_some((v, role))
    });
    let (Some((opened, role)), Some(key)) = (alive, attempt.ask.idempotency_key.as_ref()) else {
        return count_replay(parts, attempt, view).await;
    };
    let refresh = opened.session.refresh_hash.is_some().then(|| RefreshToken {
        session: *session.bytes(),
        generation: 0,
        secret: derived_refresh_secret(&attempt.token.secret, key.expose(), &replay.salt),
    });
    let token = AccessToken {
        session: &opened.session,
        ends_at: opened.session.expires_at,
        role,
        jti: replay.jti,
        issued_at: spent_at,
    };
    Ok(sign(parts, &token, now, refresh, opened.standing)?)
}

/// Anybody else: refused, told to the audit log, and the end of every replay.
pub(super) async fn count_replay(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
) -> Result<SignedIn, TryError> {
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
