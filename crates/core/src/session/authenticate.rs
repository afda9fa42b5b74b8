//! Who is behind a bearer token: an access token whose session lives, or an API key.

use crate::access::{Caller, Person};
use crate::audit::Source;
use crate::fault::Fault;
use crate::id::SessionId;
use crate::key;
use crate::limits::Throttled;
use crate::parts::Parts;
use crate::session::SessionView;
use crate::signin::{ACCESS_TOKEN_TYP, AccessClaims};
use crate::signing_key::verified;

/// Why a bearer token is not accepted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// It is no valid token of a living session or key: one answer for all reasons.
    #[error("the bearer token is not valid, or no longer")]
    Invalid,
    /// The API key has used up its budget.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The caller behind a bearer token. The token shows who it was issued to; what they may do is read from the store,
/// so that an ended session and a lost role count at once.
///
/// # Errors
/// [`AuthenticateError`].
pub async fn authenticate(parts: &Parts, bearer: &str, source: &Source) -> Result<Caller, AuthenticateError> {
    if bearer.starts_with(key::PREFIX) {
        return key::authenticate(parts, bearer, source).await.map(Caller::System);
    }
    let (_, view) = of_access_token(parts, bearer).await?;
    let role = view.alive(parts.now(), parts.policy.session_idle).map_err(|_| AuthenticateError::Invalid)?;
    let session = view.session;
    Ok(Caller::Person(Person {
        tenant: session.tenant,
        user: session.user,
        session: session.id,
        role,
        acting: session.acting.map(|a| a.user),
        client: session.client,
    }))
}

/// What an access token says, and its session, which may be over.
///
/// # Errors
/// [`AuthenticateError`]
pub(crate) async fn of_access_token(
    parts: &Parts,
    token: &str,
) -> Result<(AccessClaims, SessionView), AuthenticateError> {
    let claims = verified::<AccessClaims>(parts, ACCESS_TOKEN_TYP, token).await?;
    let claims = claims.ok_or(AuthenticateError::Invalid)?;
    let view = session_of(parts, &claims).await?;
    Ok((claims, view))
}

async fn session_of(parts: &Parts, claims: &AccessClaims) -> Result<SessionView, AuthenticateError> {
    let id = SessionId::parse(&claims.sid).ok_or(AuthenticateError::Invalid)?;
    let view = parts.store.session(id).await.map_err(Fault::from)?.ok_or(AuthenticateError::Invalid)?;
    let same =
        claims.sub == view.session.user.to_string() && claims.tenant_id == view.session.tenant.to_string();
    if same { Ok(view) } else { Err(AuthenticateError::Invalid) }
}
