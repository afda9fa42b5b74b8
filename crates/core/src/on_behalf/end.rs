//! Ending acts.

use super::told::of_session;
use crate::access::{Permission, Person};
use crate::audit::{AuditRow, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::session::{Change, EndReason, Session, SessionView};

/// Why no act was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StopError {
    /// The session is its user's own.
    #[error("nobody acts in this session")]
    NotActing,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Ends the act in whose session this is asked. It answers no tokens: the actor has their own session still, and whoever
/// holds the token of this one need not be the actor.
///
/// # Errors
/// [`StopError`]
pub async fn stop(parts: &Parts, me: &Person, source: &Source) -> Result<(), StopError> {
    let actor = me.acting.ok_or(StopError::NotActing)?;
    let reason = EndReason::ActStopped;
    let row = of_session(EventName::OnBehalfEnded, me.tenant, (actor, me.user, me.session))
        .text("why", reason.as_str())
        .from(source)
        .into_row(parts.now(), &*parts.rng);
    let end = Change::End { id: me.session, reason };
    let commit = Commit::new(row).change(commit::Change::Session(end));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}

/// The row of an act that ends with this session, if it is one.
pub(crate) fn ended_row(
    parts: &Parts,
    session: &Session,
    reason: EndReason,
    source: &Source,
) -> Option<AuditRow> {
    let acting = session.acting.as_ref()?;
    let who = (acting.user, session.user, session.id);
    let event = of_session(EventName::OnBehalfEnded, session.tenant, who).text("why", reason.as_str());
    Some(event.from(source).into_row(parts.now(), &*parts.rng))
}

/// Adds to a commit that the actor's other acts end with it.
pub(super) async fn replaced(
    parts: &Parts,
    commit: Commit,
    (tenant, actor): (TenantId, UserId),
    source: &Source,
) -> Result<Commit, Fault> {
    let reason = EndReason::ActReplaced;
    let living = parts.store.acts_of(tenant, actor, parts.now()).await?;
    let rows = living.iter().filter_map(|session| ended_row(parts, session, reason, source));
    // All of them at the commit's time, not those that were read: of two that begin at once one stays.
    let end = Change::EndActs { tenant, actor, session: None, reason };
    Ok(rows.fold(commit.change(commit::Change::Session(end)), Commit::audit))
}

/// Adds to the commit that ends a person's own session that what they do for others in it ends, too.
pub(crate) async fn end_of_actor(
    parts: &Parts,
    commit: Commit,
    view: &SessionView,
    source: &Source,
) -> Result<Commit, Fault> {
    let own = &view.session;
    if !view.standing.role.is_some_and(|role| role.grants(Permission::TicketOnBehalf)) {
        return Ok(commit);
    }
    let reason = EndReason::ActorGone;
    let living = parts.store.acts_of(own.tenant, own.user, parts.now()).await?;
    let here = |session: &&Session| session.acting.as_ref().is_some_and(|a| a.session == own.id);
    let rows: Vec<_> =
        living.iter().filter(here).filter_map(|session| ended_row(parts, session, reason, source)).collect();
    if rows.is_empty() {
        return Ok(commit);
    }
    let end = Change::EndActs { tenant: own.tenant, actor: own.user, session: Some(own.id), reason };
    Ok(rows.into_iter().fold(commit.change(commit::Change::Session(end)), Commit::audit))
}
