//! Reporting: whoever holds a ticket that leaked kills it.

use super::PREFIX;
use super::life::{Revocation, TicketState};
use super::model::{Change, Minter, Ticket};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{SessionId, TenantId, TicketId};
use crate::parts::Parts;
use crate::session;
use crate::text::{self, InvalidText};
use authms_crypto::{OpaqueToken, SecretString};

/// What somebody reports.
#[derive(Clone, Debug)]
pub struct Report {
    /// The ticket, as it was found.
    pub ticket: SecretString,
    /// Where it was found, at most 500 characters; for the audit log.
    pub note: Option<String>,
}

/// A ticket had been redeemed when it was reported: perhaps by somebody else than it was meant for.
#[derive(Clone, Copy, Debug)]
pub struct Alert {
    /// The ticket.
    pub ticket: TicketId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Who minted it, and is to be told.
    pub minter: Minter,
    /// The session that it opened, which is flagged now.
    pub session: SessionId,
}

/// Why a report was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReportError {
    /// The note is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Kills an issued ticket; of a spent one, flags the session, once, and tells whom to alert. A flagged session goes on,
/// or else whoever holds a spent ticket could sign its user out. Anything else is only counted. All of it waits for one
/// commit, so that neither the answer nor its time tells what the ticket was.
///
/// # Errors
/// [`ReportError`]; whatever is wrong with the ticket is none.
pub async fn report(parts: &Parts, ask: &Report, source: &Source) -> Result<Option<Alert>, ReportError> {
    let note = ask.note.as_deref().map(|note| text::label("note", note, 500)).transpose()?;
    let Some(token) = OpaqueToken::parse(PREFIX, ask.ticket.expose()) else {
        return count(parts, "reported_nonsense").await;
    };
    // Who loses to a redeemer finds the ticket spent; who loses to another report finds that done.
    for _ in 0..2 {
        let view = parts.store.for_redeem(TicketId::from_bytes(token.id)).await.map_err(Fault::from)?;
        let Some(ticket) = view.map(|v| v.ticket).filter(|t| token.matches(&t.secret_hash)) else {
            return count(parts, "reported_unknown_ticket").await;
        };
        let event = event(&ticket, note.clone(), source);
        let done = match ticket.state {
            TicketState::Issued if ticket.expires_at > parts.now() => revoke(parts, &ticket, event).await,
            TicketState::Spent { session, .. } if !is_flagged(parts, session).await? => {
                flag(parts, &ticket, session, event).await
            }
            TicketState::Issued | TicketState::Spent { .. } | TicketState::Revoked { .. } => break,
        };
        match done {
            Ok(alert) => return Ok(alert),
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::from(other).into()),
        }
    }
    count(parts, "reported_dead_ticket").await
}

async fn revoke(parts: &Parts, ticket: &Ticket, event: Event) -> Result<Option<Alert>, CommitError> {
    let event = event.text("outcome", "revoked");
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::issued(ticket.id))
        .change(commit::Change::Ticket(Change::Revoke { id: ticket.id, why: Revocation::Reported }));
    parts.store.commit(commit).await.map(|_| None)
}

async fn flag(
    parts: &Parts,
    ticket: &Ticket,
    session: SessionId,
    event: Event,
) -> Result<Option<Alert>, CommitError> {
    let event = event.text("outcome", "session_flagged").text("level", "alert").session(session);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::SessionUnflagged(session))
        .change(commit::Change::Session(session::Change::Flag(session)));
    parts.store.commit(commit).await?;
    Ok(Some(Alert { ticket: ticket.id, tenant: ticket.tenant, minter: ticket.minter, session }))
}

/// A session that is gone cannot be flagged any more.
async fn is_flagged(parts: &Parts, session: SessionId) -> Result<bool, Fault> {
    let view = parts.store.session(session).await?;
    Ok(view.is_none_or(|v| v.session.flagged_at.is_some()))
}

fn event(ticket: &Ticket, note: Option<String>, source: &Source) -> Event {
    Event::new(EventName::TicketReported, Some(ticket.tenant))
        .ticket(ticket.id)
        .subject(ticket.subject)
        .text("minter", ticket.minter.to_string())
        .client(ticket.client)
        .text_if("note", note)
        .from(source)
}

async fn count(parts: &Parts, what: &'static str) -> Result<Option<Alert>, ReportError> {
    parts.store.commit(Commit::refusal(what)).await.map_err(Fault::from)?;
    Ok(None)
}
