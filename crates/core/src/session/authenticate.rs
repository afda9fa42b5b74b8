//! Who is behind a bearer token: an access token whose session lives, or an API key.

use crate::access::{Caller, Person};
use crate::audit::Source;
use crate::fault::Fault;
use crate::key;
use crate::limits::Throttled;
use crate::parts::Parts;
use crate::session::SessionView;
use crate::signin::{Issued, Standing};
use crate::signing_key::issued;

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

/// Who is behind a bearer token.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Who it is.
    pub caller: Caller,
    /// How a person and their tenant stand now, as it was read to find out that their session lives.
    pub standing: Option<Box<Standing>>,
}

/// Who is behind a bearer token. The token shows who it was issued to; what they may do is read from the store, so that
/// an ended session and a lost role count at once.
///
/// # Errors
/// [`AuthenticateError`].
pub async fn authenticate(parts: &Parts, bearer: &str, source: &Source) -> Result<Bearer, AuthenticateError> {
    if bearer.starts_with(key::PREFIX) {
        let system = key::authenticate(parts, bearer, source).await?;
        return Ok(Bearer { caller: Caller::System(system), standing: None });
    }
    let (_, view) = of_access_token(parts, bearer).await?;
    let role = view.alive(parts.now(), parts.policy.session_idle).map_err(|_| AuthenticateError::Invalid)?;
    let SessionView { session, standing, .. } = view;
    let person = Person {
        tenant: session.tenant,
        user: session.user,
        session: session.id,
        role,
        acting: session.acting.map(|a| a.user),
        client: session.client,
    };
    Ok(Bearer { caller: Caller::Person(person), standing: Some(Box::new(standing)) })
}

/// What an access token says, and its session, which may be over.
///
/// # Errors
/// [`AuthenticateError`]
pub(crate) async fn of_access_token(
    parts: &Parts,
    token: &str,
) -> Result<(Issued, SessionView), AuthenticateError> {
    let issued = issued(parts, token).await?.ok_or(AuthenticateError::Invalid)?;
    let view = parts.store.session(issued.session).await.map_err(Fault::from)?;
    let view = view.ok_or(AuthenticateError::Invalid)?;
    let same = issued.user == view.session.user && issued.tenant == view.session.tenant;
    if same { Ok((issued, view)) } else { Err(AuthenticateError::Invalid) }
}
