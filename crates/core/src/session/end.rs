//! Ending sessions.

use super::model::{Change, EndReason};
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::SessionId;
use crate::on_behalf;
use crate::parts::Parts;
use authms_crypto::{RefreshToken, SecretString};

/// Why no session was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EndError {
    /// Neither an access nor a refresh token of a session was presented.
    #[error("nothing shows which session to end")]
    Unauthenticated,
    /// The caller has no such session.
    #[error("no such session")]
    Unknown,
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What shows which session to end; either is enough.
#[derive(Clone, Debug)]
pub struct Logout {
    /// The person behind the access token, if that was valid.
    pub person: Option<Person>,
    /// A refresh token.
    pub refresh_token: Option<SecretString>,
}

/// Signs out: ends the session of the access token, and that of the refresh token.
///
/// # Errors
/// [`EndError`]; signing out of a session that is over already is no error.
pub async fn logout(parts: &Parts, ask: Logout, source: &Source) -> Result<(), EndError> {
    let by_refresh = ask
        .refresh_token
        .and_then(|t| RefreshToken::parse(&parts.secrets.refresh_mac, t.expose()))
        .map(|t| SessionId::from_bytes(t.session));
    let by_access = ask.person.map(|p| p.session);
    if by_access.is_none() && by_refresh.is_none() {
        return Err(EndError::Unauthenticated);
    }
    let second = by_refresh.filter(|s| Some(*s) != by_access);
    for id in by_access.into_iter().chain(second) {
        end(parts, id, EndReason::Logout, source).await?;
    }
    Ok(())
}

/// Ends one of the caller's own sessions.
///
/// # Errors
/// [`EndError`]
pub async fn end_mine(parts: &Parts, me: &Person, id: SessionId, source: &Source) -> Result<(), EndError> {
    refuse_acting(me)?;
    let view = parts.store.session(id).await.map_err(Fault::from)?;
    view.filter(|v| v.session.user == me.user && v.session.tenant == me.tenant && v.session.ended.is_none())
        .ok_or(EndError::Unknown)?;
    end(parts, id, EndReason::EndedByUser, source).await
}

/// Ends all of the caller's sessions in the tenant, the present one among them.
///
/// # Errors
/// [`EndError`]
pub async fn end_all_mine(parts: &Parts, me: &Person, source: &Source) -> Result<(), EndError> {
    refuse_acting(me)?;
    let event = Event::new(EventName::SessionsEnded, Some(me.tenant))
        .subject(me.user)
        .text("actor", me.user.to_string())
        .text("why", EndReason::EndedByUser.as_str())
        .from(source);
    let change =
        Change::EndAll { tenant: me.tenant, user: me.user, except: None, reason: EndReason::EndedByUser };
    let commit =
        Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Session(change));
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}

async fn end(parts: &Parts, id: SessionId, reason: EndReason, source: &Source) -> Result<(), EndError> {
    let Some(view) = parts.store.session(id).await.map_err(Fault::from)? else { return Ok(()) };
    if view.session.ended.is_some() {
        return Ok(());
    }
    let event = Event::new(EventName::SessionEnded, Some(view.session.tenant))
        .subject(view.session.user)
        .session(id)
        .text("why", reason.as_str())
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .change(commit::Change::Session(Change::End { id, reason }));
    let commit = match on_behalf::ended_row(parts, &view.session, reason, source) {
        Some(row) => commit.audit(row),
        None => on_behalf::end_of_actor(parts, commit, &view, source).await?,
    };
    parts.store.commit(commit).await.map_err(Fault::from)?;
    Ok(())
}

fn refuse_acting(me: &Person) -> Result<(), Forbidden> {
    if me.acting.is_some() { Err(Forbidden::OnBehalf) } else { Ok(()) }
}
