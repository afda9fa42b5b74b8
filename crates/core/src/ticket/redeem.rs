//! Redeeming: whoever holds the ticket signs its subject in, once.

use super::attempt::{Attempt, Redeem, RedeemError, TryError, ended, event};
use super::life::{TicketAct, TicketState};
use super::model::{Change, Minter, Replay};
use super::replay::{answer_again, count_replay, recognize};
use crate::access::Role;
use crate::audit::{EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::{RedeemView, random};
use crate::session;
use crate::signin::{Evidence, Grant, SignedIn};
use authms_crypto::{derived_refresh_secret, sha256};

/// Redeems a ticket. Past the checksum every refusal waits for a commit, as a success does.
///
/// # Errors
/// [`RedeemError`].
pub async fn redeem(parts: &Parts, ask: &Redeem, source: &Source) -> Result<SignedIn, RedeemError> {
    let attempt = Attempt::new(parts, TicketAct::Redeem, ask, source).await?;
    for lost in [false, true] {
        if let Some(outcome) = ended(try_once(parts, &attempt, lost).await) {
            return outcome;
        }
    }
    Err(Fault::Busy.into())
}

async fn try_once(parts: &Parts, attempt: &Attempt<'_>, lost: bool) -> Result<SignedIn, TryError> {
    let view = attempt.look(parts).await?;
    if matches!(view.ticket.state, TicketState::Spent { .. }) {
        return match recognize(attempt, &view, parts.now()) {
            Some(replay) => answer_again(parts, attempt, &view, replay).await,
            None => count_replay(parts, attempt, &view).await,
        };
    }
    let (evidence, role) = attempt.judge(parts, &view, lost).await?;
    let grant = grant(parts, attempt, &view, evidence, role);
    spend(parts, attempt, view, grant).await
}

struct Planned {
    grant: Grant,
    replay: Option<Replay>,
}

fn grant(parts: &Parts, attempt: &Attempt<'_>, view: &RedeemView, evidence: Evidence, role: Role) -> Planned {
    let minted_by = match view.ticket.minter {
        Minter::System(key) => Some(key),
        Minter::Person { .. } | Minter::Console => None,
    };
    let salt: [u8; 16] = random(&*parts.rng);
    let key = attempt.ask.idempotency_key.as_ref();
    let secret = key.map(|k| derived_refresh_secret(&attempt.token.secret, k.expose(), &salt));
    let grant = Grant::new(parts, evidence, &view.standing, role, minted_by, attempt.source, secret);
    let replay = key.map(|k| Replay {
        key_hash: sha256(k.expose().as_bytes()),
        salt,
        jti: grant.jti,
        window: parts.policy.replay_window,
    });
    Planned { grant, replay }
}

/// The one commit of a redemption: spend, session, refresh token and audit row.
async fn spend(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: RedeemView,
    planned: Planned,
) -> Result<SignedIn, TryError> {
    let Planned { grant, replay } = planned;
    let ticket = &view.ticket;
    let session = grant.new.session.id;
    let event = event(EventName::TicketRedeemed, attempt, ticket)
        .session(session)
        .client(grant.new.session.client)
        .text_if("actor", grant.new.session.acting.as_ref().map(|a| a.user.to_string()))
        .text_if("reason", ticket.reason.clone());
    let spend = Change::Spend { id: ticket.id, session, replay };
    let open = session::Change::Open(Box::new(grant.new.clone()));
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .change(commit::Change::Ticket(spend))
        .change(commit::Change::Session(open));
    let committed = attempt.commit(parts, &view, commit).await?;
    Ok(grant.answer(parts, view.standing, committed.at)?)
}
