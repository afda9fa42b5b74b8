//! Redeeming: whoever holds the ticket signs its subject in, once.

use super::attempt::{Attempt, Redeem, RedeemError, TryError, ended, event, refuse};
use super::life::{TicketAct, TicketState};
use super::model::{Change, Minter, Replay};
use super::replay::{answer_again, count_replay, recognize};
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{RedeemView, random};
use crate::signin::{Answer, Decision, Evidence, Ground, Opening, Refusal};
use authms_crypto::{derived_refresh_secret, sha256};

/// Redeems a ticket. Past the checksum every refusal waits for a commit, as a success does.
///
/// # Errors
/// [`RedeemError`].
pub async fn redeem(parts: &Parts, ask: &Redeem, source: &Source) -> Result<Answer, RedeemError> {
    let attempt = Attempt::new(parts, TicketAct::Redeem, ask, source).await?;
    for lost in [false, true] {
        if let Some(outcome) = ended(try_once(parts, &attempt, lost).await) {
            return outcome;
        }
    }
    Err(Fault::Busy.into())
}

async fn try_once(parts: &Parts, attempt: &Attempt<'_>, lost: bool) -> Result<Answer, TryError> {
    let view = attempt.look(parts).await?;
    if matches!(view.ticket.state, TicketState::Spent { .. }) {
        return match recognize(attempt, &view, parts.now()) {
            Some(replay) => answer_again(parts, attempt, &view, replay).await,
            None => count_replay(parts, attempt, &view).await,
        };
    }
    let (evidence, decision) = attempt.judge(parts, &view, lost).await?;
    match plan(parts, attempt, &view, evidence, decision).await? {
        Ok(planned) => spend(parts, attempt, view, planned).await,
        Err(why) => refuse(parts, attempt, &view, why.as_str()).await,
    }
}

struct Planned {
    opening: Opening,
    replay: Option<Replay>,
}

async fn plan(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    evidence: Evidence,
    decision: Decision,
) -> Result<Result<Planned, Refusal>, Fault> {
    let minted_by = match view.ticket.minter {
        Minter::System(key) => Some(key),
        Minter::Person { .. } | Minter::Console => None,
    };
    let salt: [u8; 16] = random(&*parts.rng);
    let key = attempt.ask.idempotency_key.as_ref();
    let secret = key.map(|k| derived_refresh_secret(&attempt.token.secret, k.expose(), &salt));
    let standing = &view.standing;
    let ground = Ground { evidence, standing, minted_by, source: attempt.source, secret };
    let opening = Opening::plan(parts, decision, ground).await?;
    Ok(opening.map(|opening| {
        let replay = key.map(|k| Replay {
            key_hash: sha256(k.expose().as_bytes()),
            salt,
            jti: opening.jti(parts),
            window: parts.policy.replay_window,
        });
        Planned { opening, replay }
    }))
}

/// The one commit of a redemption: spend, open the session or the challenge, tell the audit log.
async fn spend(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: RedeemView,
    planned: Planned,
) -> Result<Answer, TryError> {
    let Planned { opening, replay } = planned;
    let ticket = &view.ticket;
    let event = event(EventName::TicketRedeemed, attempt, ticket)
        .text_if("actor", ticket.minter.acts_for(ticket.subject).map(|a| a.to_string()))
        .text_if("reason", ticket.reason.clone());
    let spend = Change::Spend { id: ticket.id, session: opening.session(), replay };
    let commit = Commit::new(opening.tell(event).into_row(parts.now(), &*parts.rng))
        .change(commit::Change::Ticket(spend))
        .change(opening.change());
    let committed = attempt.commit(parts, &view, commit).await?;
    Ok(opening.answer(parts, view.standing, committed.at)?)
}
