//! Who calls: an access token of a living session, or an API key.

use super::{Source, TenantHeader, bearer};
use crate::error::ApiError;
use crate::state::AppState;
use authms_core::access::{Caller, Forbidden, Person};
use authms_core::on_behalf::{self, Reach};
use authms_core::session::{self, Bearer};
use authms_core::signin::{self, Changing, Standing};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;

/// Any caller; sessions on somebody's behalf reach nothing through it.
#[derive(Clone, Debug)]
pub struct Authenticated(pub Caller);

/// A signed-in person, themself.
#[derive(Clone, Debug)]
pub struct Me(pub Person);

/// A signed-in person, or whoever acts on their behalf: for the few routes that such a session may reach.
#[derive(Clone, Debug)]
pub struct MeOrActor(pub Person);

/// Like [`MeOrActor`], as they stand now: for showing what was read of them without reading it again.
#[derive(Clone, Debug)]
pub struct MyStanding(pub Standing);

/// A signed-in person, themself, or whoever proved a password that must be changed: for changing it.
#[derive(Clone, Debug)]
pub enum MeOrChanging {
    /// By access token.
    Me(Person),
    /// By a token of that purpose.
    Changing(Changing),
}

/// The person behind a valid access token, if there is one; for routes that other credentials open, too.
#[derive(Clone, Debug)]
pub struct Perhaps(pub Option<Person>);

impl FromRequestParts<AppState> for Authenticated {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = authenticate(parts, state).await?;
        if noted(parts, state, &caller, Reach::Beyond).await? {
            return Err(Forbidden::OnBehalf.into());
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<AppState> for Me {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Authenticated(caller) = Authenticated::from_request_parts(parts, state).await?;
        Ok(Self(caller.person()?.clone()))
    }
}

impl FromRequestParts<AppState> for MeOrActor {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let caller = authenticate(parts, state).await?;
        noted(parts, state, &caller, Reach::Within).await?;
        Ok(Self(caller.person()?.clone()))
    }
}

impl FromRequestParts<AppState> for MyStanding {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Bearer { caller, standing } = behind(parts, state).await?;
        noted(parts, state, &caller, Reach::Within).await?;
        Ok(Self(*standing.ok_or(Forbidden::PersonsOnly)?))
    }
}

impl FromRequestParts<AppState> for MeOrChanging {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers)?.ok_or_else(ApiError::unauthenticated)?;
        let Some(changing) = signin::changing(state, token).await? else {
            let Me(me) = Me::from_request_parts(parts, state).await?;
            return Ok(Self::Me(me));
        };
        match TenantHeader::of(&parts.headers).named()? {
            Some(named) if named != changing.tenant => Err(Forbidden::Tenant.into()),
            _ => Ok(Self::Changing(changing)),
        }
    }
}

impl FromRequestParts<AppState> for Perhaps {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match authenticate(parts, state).await {
            Ok(Caller::Person(person)) => Ok(Self(Some(person))),
            // Not 401: nothing is wrong with the key, so a new one would not help.
            Ok(Caller::System(_) | Caller::Console(_)) => Err(Forbidden::PersonsOnly.into()),
            Err(error) if error.code().status == 401 => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// Whether somebody acts in the session of this request: then that they asked for this is written down before anything is
/// done.
async fn noted(parts: &Parts, state: &AppState, caller: &Caller, reach: Reach) -> Result<bool, ApiError> {
    let Caller::Person(me @ Person { acting: Some(actor), .. }) = caller else { return Ok(false) };
    let source = Source::of(&parts.extensions)?;
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    on_behalf::note_request(state, me, *actor, (reach, parts.method.as_str(), route), &source).await??;
    Ok(true)
}

async fn authenticate(parts: &Parts, state: &AppState) -> Result<Caller, ApiError> {
    Ok(behind(parts, state).await?.caller)
}

async fn behind(parts: &Parts, state: &AppState) -> Result<Bearer, ApiError> {
    let source = Source::of(&parts.extensions)?;
    let token = bearer(&parts.headers)?.ok_or_else(ApiError::unauthenticated)?;
    let found = session::authenticate(state, token, &source).await?;
    // Only the first time counts, and all times are of one request with one token.
    let _ = source.context().tenant.set(found.caller.tenant());
    found.caller.require_tenant(TenantHeader::of(&parts.headers).named()?)?;
    Ok(found)
}
