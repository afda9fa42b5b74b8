//! What redeeming and peeking share: who holds a ticket, whether it is still good, and how it is refused.

use super::PREFIX;
use super::binding::broken_binding;
use super::life::{Revocation, TicketAct, TicketState};
use super::model::{Change, Minter, Purpose, Ticket};
use crate::audit::{Event, EventName, Source};
use crate::client::{self, Client, Credentials};
use crate::commit::{self, Commit, CommitError, Committed, Guard};
use crate::fault::Fault;
use crate::id::{TenantId, TicketId};
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::parts::Parts;
use crate::ports::RedeemView;
use crate::session::Acting;
use crate::signin::{Case, EndUser, Evidence, MethodKind, Refusal, Standing, Told, stand};
use authms_crypto::{OpaqueToken, SecretString};

/// What a redeemer presents.
#[derive(Clone, Debug)]
pub struct Redeem {
    /// The ticket.
    pub ticket: SecretString,
    /// The verifier of the ticket's proof (RFC 7636 §4.1).
    pub verifier: Option<SecretString>,
    /// The redirect URI that the ticket is bound to.
    pub redirect_uri: Option<String>,
    /// The context that the ticket is bound to.
    pub context: Option<SecretString>,
    /// What the client tells of the user behind it; only of one that may.
    pub told: Option<Told>,
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
    /// No client authenticated that may tell of its user.
    #[error("only a client that may tells of the user behind it")]
    Context,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What the redeemer proved before the ticket is looked at.
pub(super) struct Attempt<'a> {
    pub act: TicketAct,
    pub token: OpaqueToken,
    pub client: Option<Client>,
    pub ask: &'a Redeem,
    pub source: &'a Source,
}

/// How one round ends without what was asked for.
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

/// The outcome of a round; `None`: it lost a race, and reads again to be refused by what the winner left.
pub(super) fn ended<T>(round: Result<T, TryError>) -> Option<Result<T, RedeemError>> {
    match round {
        Err(TryError::Raced) => None,
        Err(TryError::Ended(error)) => Some(Err(error)),
        Ok(done) => Some(Ok(done)),
    }
}

impl<'a> Attempt<'a> {
    /// Checks the text of the ticket and authenticates the client. A typo ends here, at no cost.
    pub async fn new(
        parts: &Parts,
        act: TicketAct,
        ask: &'a Redeem,
        source: &'a Source,
    ) -> Result<Self, RedeemError> {
        let token = OpaqueToken::parse(PREFIX, ask.ticket.expose()).ok_or(RedeemError::Refused)?;
        let client = match &ask.client {
            None => None,
            Some(credentials) => {
                let client = client::authenticate(parts, credentials).await.map_err(Fault::from)?;
                let Some(client) = client else {
                    return refuse_unproven(parts, "client_authentication").await;
                };
                take(parts, LimitKind::Client, client.id.bytes()).await?;
                Some(client)
            }
        };
        if !Told::is_allowed(ask.told.as_ref(), client.as_ref()) {
            return Err(RedeemError::Context);
        }
        Ok(Self { act, token, client, ask, source })
    }

    /// Of a redeemer who is known already.
    pub fn inside(ask: &'a Redeem, client: Option<Client>, source: &'a Source) -> Result<Self, RedeemError> {
        let token = OpaqueToken::parse(PREFIX, ask.ticket.expose()).ok_or(RedeemError::Refused)?;
        Ok(Self { act: TicketAct::Redeem, token, client, ask, source })
    }

    /// Reads the ticket, for whoever holds its secret.
    pub async fn look(&self, parts: &Parts) -> Result<RedeemView, RedeemError> {
        let view = parts.store.for_redeem(TicketId::from_bytes(self.token.id)).await.map_err(Fault::from)?;
        match view.filter(|v| self.token.matches(&v.ticket.secret_hash)) {
            Some(view) => Ok(view),
            None => refuse_unproven(parts, "unknown_ticket").await,
        }
    }

    /// Judges a ticket that is not spent: what it proves, if it may sign in at all now. `lost` says that the commit of a
    /// round before was too late.
    pub async fn judge(&self, parts: &Parts, view: &RedeemView, lost: bool) -> Result<Evidence, TryError> {
        let now = parts.now();
        if let TicketState::Revoked { why, .. } = view.ticket.state {
            return refuse(parts, self, view, revoked(why)).await;
        }
        // A race that nobody won was lost to time: the store's clock is ahead of ours.
        if lost || view.ticket.expires_at <= now {
            return refuse(parts, self, view, "expired").await;
        }
        if let Some(binding) = broken_binding(self, &view.ticket) {
            return count_attempt(parts, self, view, binding).await;
        }
        let evidence = self.evidence(&view.ticket);
        match stand(&self.case(parts, view, &evidence), now) {
            Err(Refusal::ClientPurpose) => {
                count_attempt(parts, self, view, Refusal::ClientPurpose.as_str()).await
            }
            Err(why) => refuse(parts, self, view, why.as_str()).await,
            Ok(_) if is_out(parts, &evidence, &view.ticket).await? => {
                refuse(parts, self, view, "opted_out").await
            }
            Ok(_) => Ok(evidence),
        }
    }

    /// What is decided on.
    pub fn case<'v>(&self, parts: &Parts, view: &'v RedeemView, evidence: &'v Evidence) -> Case<'v> {
        Case {
            evidence,
            fenced_on: Some(&view.ticket.fences),
            standing: &view.standing,
            idle: parts.policy.session_idle,
        }
    }

    /// Commits while the ticket is good and the session that it was minted in is open: that has no fence, since a session
    /// ends by itself.
    pub async fn commit(
        &self,
        parts: &Parts,
        view: &RedeemView,
        commit: Commit,
    ) -> Result<Committed, TryError> {
        let mut commit = commit.guard(live(parts, view.ticket.id));
        if let Minter::Person { session, .. } = view.ticket.minter {
            commit = commit.guard(Guard::SessionOpen(session));
        }
        let ticket = &view.ticket;
        if ticket.purpose == Purpose::OnBehalf && !ticket.terms.broke_glass {
            commit = commit.guard(Guard::OptedIn { tenant: ticket.tenant, user: ticket.subject });
        }
        match parts.store.commit(commit).await {
            Ok(committed) => Ok(committed),
            Err(CommitError::Conflict(1)) => refuse(parts, self, view, Refusal::MinterGone.as_str()).await,
            Err(error) => Err(raced(error)),
        }
    }

    /// Who redeems: a client that authenticates is not its user, but may tell of them.
    pub async fn end_user(&self, parts: &Parts, subject: &Standing) -> Result<EndUser, Fault> {
        let (client, told) = (self.client.as_ref(), self.ask.told.as_ref());
        EndUser::behind(parts, client, told, self.source, subject).await
    }

    fn evidence(&self, ticket: &Ticket) -> Evidence {
        let acting = match (ticket.purpose, ticket.minter) {
            (Purpose::OnBehalf, Minter::Person { user, session }) => {
                let reason = ticket.reason.clone().unwrap_or_default();
                Some(Acting { user, session, reason, terms: ticket.terms.clone() })
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
            client: self.client.clone(),
            ticket: Some(ticket.id),
        }
    }
}

/// Whether the subject of an act said since its mint that nobody acts for them, and no glass was broken.
async fn is_out(parts: &Parts, evidence: &Evidence, ticket: &Ticket) -> Result<bool, Fault> {
    match &evidence.acting {
        Some(acting) if !acting.terms.broke_glass => {
            Ok(parts.store.opted_out(ticket.tenant, ticket.subject).await?.is_some())
        }
        _ => Ok(false),
    }
}

/// The stable word for the audit log.
const fn revoked(why: Revocation) -> &'static str {
    match why {
        Revocation::Withdrawn => "revoked",
        Revocation::Reported => "reported",
        Revocation::Replaced => "replaced",
        Revocation::Attempts => "attempts_exhausted",
        Revocation::Risk => "refused_for_risk",
        Revocation::Restored => "before_restore",
    }
}

/// Counts a failed binding. Counted under the same guard as spending, so that no more than the allowed number is ever
/// evaluated, however many are sent at once.
pub(super) async fn count_attempt<T>(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    binding: &'static str,
) -> Result<T, TryError> {
    let allowed = parts.policy.ticket_attempts;
    let event = event(EventName::TicketRefused, attempt, &view.ticket).text("why", binding);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(live(parts, view.ticket.id))
        .change(commit::Change::Ticket(Change::CountAttempt { id: view.ticket.id, allowed }));
    parts.store.commit(commit).await.map_err(raced)?;
    Err(RedeemError::Refused.into())
}

pub(super) async fn refuse<T>(
    parts: &Parts,
    attempt: &Attempt<'_>,
    view: &RedeemView,
    why: &'static str,
) -> Result<T, TryError> {
    take(parts, LimitKind::Ticket, view.ticket.id.bytes()).await?;
    let event = event(EventName::TicketRefused, attempt, &view.ticket).text("why", why);
    parts.store.commit(Commit::new(event.into_row(parts.now(), &*parts.rng))).await.map_err(Fault::from)?;
    Err(RedeemError::Refused.into())
}

/// Refuses somebody who does not hold the ticket: counted by the minute, so that guesses cannot fill the log.
pub(super) async fn refuse_unproven<T>(parts: &Parts, why: &'static str) -> Result<T, RedeemError> {
    parts.store.commit(Commit::refusal(why)).await.map_err(Fault::from)?;
    Err(RedeemError::Refused)
}

pub(super) fn event(name: EventName, attempt: &Attempt<'_>, ticket: &Ticket) -> Event {
    Event::new(name, Some(ticket.tenant))
        .ticket(ticket.id)
        .subject(ticket.subject)
        .text("purpose", ticket.purpose.as_str())
        .text_if("act", (attempt.act == TicketAct::Peek).then_some("peek"))
        .client(attempt.client.as_ref().map(|c| c.id))
        .text_if("told_ip", attempt.ask.told.as_ref().and_then(|t| t.ip).map(|ip| ip.to_string()))
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
