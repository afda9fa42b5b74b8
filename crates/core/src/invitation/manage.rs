//! Looking at invitations, and taking them back.

use super::error::InvitationError;
use super::model::{Change, Invitation, InvitationStatus};
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard};
use crate::fault::Fault;
use crate::id::InvitationId;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;

/// One invitation to the caller's tenant.
///
/// # Errors
/// [`InvitationError::Unknown`] also for those to other tenants.
pub async fn get(parts: &Parts, caller: &Caller, id: InvitationId) -> Result<Invitation, InvitationError> {
    caller.require(Permission::UserRead)?;
    owned(parts, caller, id).await
}

/// The invitations to the caller's tenant, newest first.
///
/// # Errors
/// [`InvitationError`]
pub async fn list(
    parts: &Parts,
    caller: &Caller,
    status: Option<InvitationStatus>,
    page: PageRequest,
) -> Result<Page<Invitation>, InvitationError> {
    caller.require(Permission::UserRead)?;
    Ok(parts.store.invitations(caller.tenant(), status, parts.now(), page).await.map_err(Fault::from)?)
}

/// Takes an open invitation back.
///
/// # Errors
/// [`InvitationError`]
pub async fn revoke(
    parts: &Parts,
    caller: &Caller,
    id: InvitationId,
    source: &Source,
) -> Result<(), InvitationError> {
    caller.require(Permission::UserWrite)?;
    let invitation = owned(parts, caller, id).await?;
    caller.require_rank_over(invitation.role)?;
    let event = Event::new(EventName::InvitationRevoked, Some(invitation.tenant))
        .by(caller)
        .text("invitation", id.to_string())
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::InvitationOpen(id))
        .change(commit::Change::Invitation(Change::Revoke(id)));
    parts.store.commit(commit).await?;
    Ok(())
}

async fn owned(parts: &Parts, caller: &Caller, id: InvitationId) -> Result<Invitation, InvitationError> {
    let invitation = parts.store.invitation(id).await.map_err(Fault::from)?;
    invitation.filter(|i| i.tenant == caller.tenant()).ok_or(InvitationError::Unknown)
}
