//! Redeeming: whoever holds the ticket signs its subject in, once.

use super::attempt::{Attempt, Redeem, RedeemError, TryError, ended, event, refuse, take};
use super::life::{Revocation, TicketAct, TicketState};
use super::model::{Change, Minter, Purpose, Replay, Ticket};
use super::replay::{answer_again, count_replay, recognize};
use crate::audit::{EventName, Source};
use crate::client::Client;
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::EventId;
use crate::limits::LimitKind;
use crate::on_behalf;
use crate::parts::Parts;
use crate::ports::{RedeemView, random};
use crate::risk::{Assurance, Delivery, RiskOutcome, TicketFacts};
use crate::signin::{Answer, Assessed, Evidence, Ground, MethodKind, Opening, Refusal, decide};
use authms_crypto::{derived_refresh_secret, sha256};

/// Redeems a ticket. Past the checksum every refusal waits for a commit, as a success does.
///
/// # Errors
/// [`RedeemError`].
pub async fn redeem(parts: &Parts, ask: &Redeem, source: &Source) -> Result<Answer, RedeemError> {
    attempts(parts, &Attempt::new(parts, TicketAct::Redeem, ask, source).await?).await
}

/// The same of a ticket that never left, for this client, which authenticated before, or for none.
pub(crate) async fn redeem_inside(
    parts: &Parts,
    ask: &Redeem,
    client: Option<Client>,
    source: &Source,
) -> Result<Answer, RedeemError> {
    attempts(parts, &Attempt::inside(ask, client, source)?).await
}

async fn attempts(parts: &Parts, attempt: &Attempt<'_>) -> Result<Answer, RedeemError> {
    for lost in [false, true] {
        if let Some(outcome) = ended(try_once(parts, attempt, lost).await) {
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
    let evidence = attempt.judge(parts, &view, lost).await?;
    let end_user = attempt.end_user(parts, &view.standing).await?;
    let known = (end_user, view.remembered.clone(), Some(facts(parts, &view.ticket)));
    let assessed = Assessed::new(parts, &evidence, &view.standing, known);
    match plan(parts, attempt, &view, evidence, &assessed).await? {
        Ok(planned) => spend(parts, attempt, view, planned, &assessed).await,
        Err(why @ (Refusal::Risk | Refusal::NoFactor)) => stop(parts, attempt, &view, (&assessed, why)).await,
        Err(why) => refuse(parts, attempt, &view, why.as_str()).await,
    }
}

/// What an assessment sees of the ticket.
fn facts(parts: &Parts, ticket: &Ticket) -> TicketFacts {
    TicketFacts {
        delivery: match ticket.minter {
            Minter::System(_) => Delivery::System,
            Minter::Person { .. } => Delivery::Person,
            Minter::Console => Delivery::Console,
        },
        assurance: Assurance::of(&ticket.subject_amr),
        subject_auth_time: ticket.subject_auth_time,
        minted_at: ticket.created_at,
        // A proof that was not met has been refused before.
        proven: ticket.proof.is_some(),
        minted_ip: ticket.minted_ip,
        minted_place: ticket.minted_ip.map(|ip| parts.places.place(ip)).unwrap_or_default(),
    }
}

/// Refuses by what was assessed. At critical risk the ticket is dead, whoever holds it: another try from elsewhere must not
/// do better.
async fn stop(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    (assessed, why): (&Assessed, Refusal),
) -> Result<Answer, TryError> {
    let id = view.ticket.id;
    let deadly = why == Refusal::Risk;
    if !deadly {
        take(parts, LimitKind::Ticket, id.bytes()).await?;
    }
    let name = if deadly { EventName::RiskRefused } else { EventName::TicketRefused };
    let row = event(name, attempt, &view.ticket)
        .text("method", MethodKind::Ticket.as_str())
        .text("why", why.as_str())
        .text("risk", assessed.assessment.record())
        .into_row(parts.now(), &*parts.rng);
    let kept = kept(view, (row.id, assessed, RiskOutcome::Refused));
    let revoke = deadly.then_some(Change::Revoke { id, why: Revocation::Risk }).map(commit::Change::Ticket);
    let commit = revoke.into_iter().chain(kept).fold(Commit::new(row), Commit::change);
    attempt.commit(parts, view, commit).await?;
    Err(RedeemError::Refused.into())
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
    assessed: &Assessed,
) -> Result<Result<Planned, Refusal>, Fault> {
    let decision = decide(&attempt.case(parts, view, &evidence), assessed, parts.now());
    let minted_by = match view.ticket.minter {
        Minter::System(key) => Some(key),
        Minter::Person { .. } | Minter::Console => None,
    };
    let salt: [u8; 16] = random(&*parts.rng);
    let key = attempt.ask.idempotency_key.as_ref();
    let secret = key.map(|k| derived_refresh_secret(&attempt.token.secret, k.expose(), &salt));
    let standing = &view.standing;
    let ground =
        Ground { evidence, standing, assessed, minted_by, source: attempt.source, secret, renews: None };
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
    assessed: &Assessed,
) -> Result<Answer, TryError> {
    let Planned { opening, replay } = planned;
    let ticket = &view.ticket;
    let event = event(EventName::TicketRedeemed, attempt, ticket)
        .text_if("actor", ticket.minter.acts_for(ticket.subject).map(|a| a.to_string()))
        .text_if("reason", ticket.reason.clone());
    let spend = Change::Spend { id: ticket.id, session: opening.session(), replay };
    let row = opening.tell(event).into_row(parts.now(), &*parts.rng);
    let kept = kept(&view, (row.id, assessed, opening.outcome()));
    let commit = Commit::new(row).change(commit::Change::Ticket(spend));
    let commit = match &opening {
        Opening::Session(grant) => {
            let act = (ticket, &view.standing, attempt.client.as_ref());
            on_behalf::opened(parts, commit, &grant.new, act, attempt.source).await?
        }
        Opening::Challenge(_) => commit,
    };
    let commit = commit.change(opening.change());
    let commit = kept.into_iter().fold(commit, Commit::change);
    let committed = attempt.commit(parts, &view, commit).await?;
    Ok(opening.answer(parts, view.standing, committed.at)?)
}

/// What is kept of the risk, if it stood out: what somebody does on their behalf is no risk of the subject's.
fn kept(
    view: &RedeemView,
    (row, assessed, outcome): (EventId, &Assessed, RiskOutcome),
) -> Option<commit::Change> {
    let own = view.ticket.purpose != Purpose::OnBehalf;
    let kept = assessed.kept(row, &view.standing, (MethodKind::Ticket, outcome));
    kept.filter(|_| own)
}
