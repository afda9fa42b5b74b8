//! Revoking tickets before anybody redeems them. It takes no rank: killing a credential harms nobody, and who sees a
//! leak should not have to look for somebody of higher rank.

use super::life::{Revocation, TicketAct, TicketState, TicketStatus};
use super::list::{From, TicketError, TicketFilter, owned};
use super::model::{Change, Ticket};
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard};
use crate::fault::Fault;
use crate::id::{TicketId, UserId};
use crate::parts::Parts;
use crate::user::{self, UserError};

/// Revokes one ticket; that it had been revoked or had expired is no error.
///
/// # Errors
/// [`TicketError::Spent`] if somebody was faster.
pub async fn revoke(
    parts: &Parts,
    caller: &Caller,
    id: TicketId,
    source: &Source,
) -> Result<Ticket, TicketError> {
    caller.require(Permission::TicketRevoke)?;
    // Who loses a race reads again, and sees what the winner left.
    for _ in 0..2 {
        // Taken before the read: what is read as issued had not expired by then, or else nobody redeems it any more.
        let now = parts.now();
        let ticket = owned(parts, caller, id).await?;
        let act = TicketAct::Revoke(Revocation::Withdrawn);
        if ticket.status(now).after(act).is_none() {
            return match ticket.state {
                TicketState::Spent { session, .. } => Err(TicketError::Spent(session)),
                TicketState::Issued | TicketState::Revoked { .. } => Ok(ticket),
            };
        }
        let event = Event::new(EventName::TicketRevoked, Some(ticket.tenant))
            .by(caller)
            .ticket(id)
            .subject(ticket.subject)
            .from(source);
        let why = Revocation::Withdrawn;
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
            .guard(Guard::issued(id))
            .change(commit::Change::Ticket(Change::Revoke { id, why }));
        match parts.store.commit(commit).await {
            Ok(done) => {
                return Ok(Ticket { state: TicketState::Revoked { at: done.at, why }, ..ticket });
            }
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::from(other).into()),
        }
    }
    // The store's clock is ahead of ours: it has expired.
    owned(parts, caller, id).await
}

/// Revokes all of a user's tickets in the caller's tenant, and tells how many there were.
///
/// # Errors
/// [`TicketError`]
pub async fn revoke_all(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    source: &Source,
) -> Result<u64, TicketError> {
    caller.require(Permission::TicketRevoke)?;
    user::existing(parts, caller, user).await.map_err(|error| match error {
        UserError::Fault(fault) => TicketError::Fault(fault),
        _ => TicketError::UnknownUser,
    })?;
    let tenant = caller.tenant();
    let issued =
        TicketFilter { status: Some(TicketStatus::Issued), user: Some(user), ..TicketFilter::default() };
    let read = parts.store.tickets(tenant, issued, From::Skip(0), 1, parts.now());
    let total = read.await.map_err(Fault::from)?.total;
    let why = Revocation::Withdrawn;
    let event = Event::new(EventName::TicketsRevoked, Some(tenant))
        .by(caller)
        .subject(user)
        .number("tickets", i64::try_from(total).unwrap_or(i64::MAX))
        .from(source);
    let change = Change::RevokeAll { tenant, user, client: None, minter: None, why };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Ticket(change));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(total)
}
