//! Other people's sessions, for those who administer them.

use super::model::{Change, EndReason, Session};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{SessionId, UserId};
use crate::on_behalf;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::ports::Member;
use crate::user::UserStatus;

/// Why somebody else's sessions were neither shown nor ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AdministerError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// No such living session in the caller's tenant.
    #[error("no such session")]
    Unknown,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A user's living sessions in the caller's tenant, newest first.
///
/// # Errors
/// [`AdministerError`]
pub async fn list_of(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    page: PageRequest,
) -> Result<Page<Session>, AdministerError> {
    caller.require(Permission::UserRead)?;
    member(parts, caller, user).await?;
    let idle = parts.policy.session_idle;
    let sessions = parts.store.sessions_of(caller.tenant(), user, parts.now(), idle, page).await;
    Ok(sessions.map_err(Fault::from)?)
}

/// One living session in the caller's tenant.
///
/// # Errors
/// [`AdministerError`]
pub async fn get_of(parts: &Parts, caller: &Caller, id: SessionId) -> Result<Session, AdministerError> {
    caller.require(Permission::UserRead)?;
    Ok(living(parts, caller, id).await?.0)
}

/// Ends one session in the caller's tenant.
///
/// # Errors
/// [`AdministerError`]
pub async fn end_of(
    parts: &Parts,
    caller: &Caller,
    id: SessionId,
    source: &Source,
) -> Result<(), AdministerError> {
    caller.require(Permission::UserWrite)?;
    let (session, role) = living(parts, caller, id).await?;
    caller.require_rank_over(role)?;
    let reason = EndReason::EndedByAdmin;
    let event = ended(EventName::SessionEnded, caller, session.user, source).session(id);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .change(commit::Change::Session(Change::End { id, reason }));
    let commit =
        on_behalf::ended_row(parts, &session, reason, source).into_iter().fold(commit, Commit::audit);
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}

/// Ends all of a user's sessions in the caller's tenant.
///
/// # Errors
/// [`AdministerError`]
pub async fn end_all_of(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    source: &Source,
) -> Result<(), AdministerError> {
    caller.require(Permission::UserWrite)?;
    caller.require_rank_over(member(parts, caller, user).await?.role)?;
    let event = ended(EventName::SessionsEnded, caller, user, source);
    let change =
        Change::EndAll { tenant: caller.tenant(), user, except: None, reason: EndReason::EndedByAdmin };
    let commit =
        Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Session(change));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}

/// A living session in the caller's tenant, and the role that its user has there.
async fn living(parts: &Parts, caller: &Caller, id: SessionId) -> Result<(Session, Role), AdministerError> {
    let view = parts.store.session(id).await.map_err(Fault::from)?;
    let view = view.filter(|v| v.session.tenant == caller.tenant()).ok_or(AdministerError::Unknown)?;
    let role = view.alive(parts.now(), parts.policy.session_idle).map_err(|_| AdministerError::Unknown)?;
    Ok((view.session, role))
}

fn ended(name: EventName, caller: &Caller, user: UserId, source: &Source) -> Event {
    Event::new(name, Some(caller.tenant()))
        .by(caller)
        .subject(user)
        .text("why", EndReason::EndedByAdmin.as_str())
        .from(source)
}

async fn member(parts: &Parts, caller: &Caller, user: UserId) -> Result<Member, AdministerError> {
    let member = parts.store.member(caller.tenant(), user).await.map_err(Fault::from)?;
    member.filter(|m| m.user.status != UserStatus::Deleted).ok_or(AdministerError::UnknownUser)
}
