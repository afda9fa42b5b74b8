//! Redeeming: whoever holds the ticket signs its subject in, once.

use super::PREFIX;
use super::life::{Revocation, TicketState};
use super::model::{Change, Minter, Purpose, Replay, Ticket};
use super::replay::{answer_again, count_replay, recognize};
use crate::audit::{Event, EventName, Source};
use crate::client::{self, Client, Credentials};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{TenantId, TicketId};
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::ports::{RedeemView, random};
use crate::session::{self, Acting};
use crate::signin::{Decision, Evidence, Grant, MethodKind, Refusal, SignedIn, decide};
use crate::time::Timestamp;
use authms_crypto::{OpaqueToken, SecretString, ct_eq, derived_refresh_secret, pkce_s256, sha256};

/// What a redeemer presents.
#[derive(Clone, Debug)]
pub struct Redeem {
    /// The ticket.
    pub ticket: SecretString,
    /// The verifier of the ticket's proof (RFC 7636 §4.1).
    pub verifier: Option<SecretString>,
    /// The redeeming client, if it authenticates.
    pub client: Option<Credentials>,
    /// The tenant that the request names; `Err` if it names none that could exist.
    pub tenant: Option<Result<TenantId, ()>>,
    /// Makes the request safe to repeat: 1–255 visible characters, as hard to guess as a secret.
    pub idempotency_key: Option<SecretString>,
}

/// Why nobody was signed in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RedeemError {
    /// The ticket does not sign in: one answer for all reasons; the audit log tells them apart.
    #[error("the ticket is invalid or has expired")]
    Refused,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What the redeemer proved before the ticket is looked at.
pub(super) struct Attempt<'a> {
    pub token: OpaqueToken,
    pub client: Option<Client>,
    pub ask: &'a Redeem,
    pub source: &'a Source,
}

/// Redeems a ticket. Past the checksum every refusal waits for a commit, as a success does.
///
/// # Errors
/// [`RedeemError`].
pub async fn redeem(parts: &Parts, ask: &Redeem, source: &Source) -> Result<SignedIn, RedeemError> {
    let token = OpaqueToken::parse(PREFIX, ask.ticket.expose()).ok_or(RedeemError::Refused)?;
    let client = match &ask.client {
        None => None,
        Some(credentials) => {
            let client = client::authenticate(parts, credentials).await.map_err(Fault::from)?;
            let Some(client) = client else { return refuse_unproven(parts, "client_authentication").await };
            take(parts, LimitKind::Client, client.id.bytes()).await?;
            Some(client)
        }
    };
    let attempt = Attempt { token, client, ask, source };
    // Who loses a race reads again, sees what the winner left, and is refused by it.
    for lost in [false, true] {
        match try_once(parts, &attempt, lost).await {
            Err(TryError::Raced) => {}
            Err(TryError::Ended(error)) => return Err(error),
            Ok(signed_in) => return Ok(signed_in),
        }
    }
    Err(Fault::Busy.into())
}

/// How one round ends without a sign-in.
pub(super) enum TryError {
    /// The ticket was no longer good when the commit was judged.
    Raced,
    /// For good.
    Ended(RedeemError),
}

impl<E: Into<RedeemError>> From<E> for TryError {
    fn from(error: E) -> Self {
        Self::Ended(error.into())
    }
}

async fn try_once(parts: &Parts, attempt: &Attempt<'_>, lost: bool) -> Result<SignedIn, TryError> {
    let id = TicketId::from_bytes(attempt.token.id);
    let view = parts.store.for_redeem(id).await.map_err(Fault::from)?;
    let Some(view) = view.filter(|v| attempt.token.matches(&v.ticket.secret_hash)) else {
        return Ok(refuse_unproven(parts, "unknown_ticket").await?);
    };
    let now = parts.now();
    if matches!(view.ticket.state, TicketState::Spent { .. }) {
        return match recognize(attempt, &view, now) {
            Some(replay) => answer_again(parts, attempt, &view, replay).await,
            None => count_replay(parts, attempt, &view).await,
        };
    }
    if let TicketState::Revoked { why, .. } = view.ticket.state {
        return refuse(parts, attempt, &view, revoked(why)).await;
    }
    // A race that nobody won was lost to time: the store's clock is ahead of ours.
    if lost || view.ticket.expires_at <= now {
        return refuse(parts, attempt, &view, "expired").await;
    }
    if let Some(binding) = broken_binding(attempt, &view.ticket) {
        return count_attempt(parts, attempt, &view, binding).await;
    }
    let evidence = evidence(attempt, &view.ticket);
    let idle = parts.policy.session_idle;
    match decide(&evidence, Some(&view.ticket.fences), &view.standing, now, idle) {
        Decision::Grant(role) => {
            let grant = grant(parts, attempt, &view, evidence, role);
            spend(parts, attempt, view, grant).await
        }
        Decision::Refuse(Refusal::ClientPurpose) => {
            count_attempt(parts, attempt, &view, Refusal::ClientPurpose.as_str()).await
        }
        Decision::Refuse(why) => refuse(parts, attempt, &view, why.as_str()).await,
    }
}

/// The stable word for the audit log.
const fn revoked(why: Revocation) -> &'static str {
    match why {
        Revocation::Withdrawn => "revoked",
        Revocation::Reported => "reported",
        Revocation::Replaced => "replaced",
        Revocation::Attempts => "attempts_exhausted",
    }
}

/// The first binding that the redeemer does not meet.
pub(super) fn broken_binding(attempt: &Attempt<'_>, ticket: &Ticket) -> Option<&'static str> {
    if attempt.ask.tenant.is_some_and(|named| named != Ok(ticket.tenant)) {
        return Some("wrong_tenant");
    }
    let client = attempt.client.as_ref();
    if client.is_some_and(|c| c.tenant != ticket.tenant) {
        return Some("wrong_client");
    }
    if ticket.client.is_some() && ticket.client != client.map(|c| c.id) {
        return Some("wrong_client");
    }
    let proof_met = ticket.proof.as_deref().is_none_or(|challenge| {
        attempt
            .ask
            .verifier
            .as_ref()
            .is_some_and(|v| ct_eq(pkce_s256(v.expose()).as_bytes(), challenge.as_bytes()))
    });
    if proof_met { None } else { Some("wrong_verifier") }
}

fn evidence(attempt: &Attempt<'_>, ticket: &Ticket) -> Evidence {
    let acting = match (ticket.purpose, ticket.minter) {
        (Purpose::OnBehalf, Minter::Person { user, session }) => {
            Some(Acting { user, session, reason: ticket.reason.clone().unwrap_or_default() })
        }
        _ => None,
    };
    Evidence {
        method: MethodKind::Ticket,
        subject: ticket.subject,
        // A ticket does not authenticate its user to us: only what the minter vouched for is known.
        amr: ticket.subject_amr.clone(),
        auth_time: ticket.subject_auth_time,
        minted_in_session: matches!(ticket.minter, Minter::Person { .. }),
        acting,
        client: attempt.client.clone(),
        ticket: Some(ticket.id),
    }
}

struct Planned {
    grant: Grant,
    replay: Option<Replay>,
}

fn grant(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    evidence: Evidence,
    role: crate::access::Role,
) -> Planned {
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
    let mut commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(live(parts, ticket.id))
        .change(commit::Change::Ticket(spend))
        .change(commit::Change::Session(open));
    // The only support without a fence: a session ends by itself.
    if let Minter::Person { session, .. } = ticket.minter {
        commit = commit.guard(Guard::SessionOpen(session));
    }
    match parts.store.commit(commit).await {
        Ok(committed) => Ok(grant.answer(parts, view.standing, committed.at)?),
        Err(CommitError::Conflict(1)) => refuse(parts, attempt, &view, Refusal::MinterGone.as_str()).await,
        Err(error) => Err(raced(error)),
    }
}

/// Counts a failed binding. Counted under the same guard as spending, so that no more than the allowed number is ever
/// evaluated, however many are sent at once.
async fn count_attempt(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    binding: &'static str,
) -> Result<SignedIn, TryError> {
    let allowed = parts.policy.ticket_attempts;
    let event = event(EventName::TicketRefused, attempt, &view.ticket).text("why", binding);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(live(parts, view.ticket.id))
        .change(commit::Change::Ticket(Change::CountAttempt { id: view.ticket.id, allowed }));
    parts.store.commit(commit).await.map_err(raced)?;
    Err(RedeemError::Refused.into())
}

async fn refuse(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    why: &'static str,
) -> Result<SignedIn, TryError> {
    take(parts, LimitKind::Ticket, view.ticket.id.bytes()).await?;
    let event = event(EventName::TicketRefused, attempt, &view.ticket).text("why", why);
    parts.store.commit(Commit::new(event.into_row(parts.now(), &*parts.rng))).await.map_err(Fault::from)?;
    Err(RedeemError::Refused.into())
}

/// Refuses somebody who does not hold the ticket: counted by the minute, so that guesses cannot fill the log.
async fn refuse_unproven(parts: &Parts, why: &'static str) -> Result<SignedIn, RedeemError> {
    parts.store.commit(Commit::refusal(why)).await.map_err(Fault::from)?;
    Err(RedeemError::Refused)
}

pub(super) fn event(name: EventName, attempt: &Attempt<'_>, ticket: &Ticket) -> Event {
    Event::new(name, Some(ticket.tenant))
        .ticket(ticket.id)
        .subject(ticket.subject)
        .text("purpose", ticket.purpose.as_str())
        .client(attempt.client.as_ref().map(|c| c.id))
        .from(attempt.source)
}

pub(super) async fn take(parts: &Parts, kind: LimitKind, key: &[u8]) -> Result<(), RedeemError> {
    Ok(limits::charge(parts, &[Take::of(parts, kind, key)]).await??)
}

fn live(parts: &Parts, id: TicketId) -> Guard {
    Guard::TicketLive { id, attempts_below: parts.policy.ticket_attempts }
}

pub(super) fn raced(error: CommitError) -> TryError {
    match error {
        CommitError::Conflict(_) => TryError::Raced,
        other => Fault::from(other).into(),
    }
}

/// Whether `at` is within the replay window of a spending.
pub(super) fn within(spent_at: Timestamp, replay: &Replay, now: Timestamp) -> bool {
    now < spent_at.plus(replay.window)
}
