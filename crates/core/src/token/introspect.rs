//! Introspection: whether a token is good now, and what it says (RFC 7662).

use super::find::{Found, Presented, find};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::client::Client;
use crate::fault::Fault;
use crate::on_behalf::Rights;
use crate::parts::Parts;
use crate::session::{ByAssurance, Session, SessionView};
use crate::signin::{Act, FIRST_PARTY_CLIENT};
use crate::time::Timestamp;
use crate::user::User;
use authms_crypto::SecretString;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A client: it is told of the tokens of its own sessions, the only ones that have it as an audience.
    Client(Box<Client>),
    /// Somebody with the permission `token:introspect`, such as a gateway: of all tokens of the tenant.
    Caller(Caller),
}

/// Which kind of token it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

/// A token that is good now.
#[derive(Clone, Debug)]
pub struct Active {
    /// Which kind it is.
    pub kind: TokenKind,
    /// Its identifier; refresh tokens have none.
    pub jti: Option<String>,
    /// When it was issued (NumericDate).
    pub issued_at: i64,
    /// When it expires (NumericDate), if nothing ends it before.
    pub expires_at: i64,
    /// The session that it belongs to.
    pub session: Session,
    /// What the session's client is called in tokens.
    pub client_id: String,
    /// The user.
    pub user: User,
    /// The role that the user has now.
    pub role: Role,
    /// The first audience of access tokens.
    pub audience: String,
    /// Who acts as the user (RFC 8693 §4.1).
    pub act: Option<Act>,
    /// What the actor is called.
    pub actor_name: Option<String>,
    /// What may be done on the user's behalf.
    pub scope: Option<String>,
}

/// Why nothing is said of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IntrospectError {
    /// The caller may not ask.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What the token says, if it is good at our own endpoints now and the asker may know; else nothing, for all reasons.
///
/// # Errors
/// [`IntrospectError`]
pub async fn introspect(
    parts: &Parts,
    asker: &Asker,
    token: &SecretString,
) -> Result<Option<Active>, IntrospectError> {
    if let Asker::Caller(caller) = asker {
        caller.require(Permission::TokenIntrospect)?;
    }
    let found = find(parts, token).await?;
    Ok(found.filter(|f| asker.may_know(&f.view.session)).and_then(|found| describe(parts, found)))
}

/// What the token of who is let in says, if it is good.
///
/// # Errors
/// [`Fault`]
pub async fn active(parts: &Parts, token: &SecretString) -> Result<Option<Active>, Fault> {
    Ok(find(parts, token).await?.and_then(|found| describe(parts, found)))
}

impl Asker {
    fn may_know(&self, session: &Session) -> bool {
        match self {
            Self::Client(client) => session.tenant == client.tenant && session.client == Some(client.id),
            Self::Caller(caller) => session.tenant == caller.tenant(),
        }
    }
}

fn describe(parts: &Parts, found: Found) -> Option<Active> {
    let (now, idle) = (parts.now(), parts.policy.session_idle);
    let role = found.view.alive(now, idle).ok()?;
    let SessionView { session, standing, .. } = found.view;
    let (kind, jti, issued_at, expires_at) = match found.token {
        // Without the leeway of a clock that differs: who is told of an expiry in the past would not believe the rest.
        Presented::Access(issued) if now.as_seconds() < issued.exp => {
            (TokenKind::Access, Some(issued.jti.to_string()), issued.iat, issued.exp)
        }
        Presented::Access(_) => return None,
        Presented::Refresh(token) => {
            let head = token.generation == session.generation
                && session.refresh_hash.is_some_and(|hash| token.matches(&hash));
            let (issued_at, expires_at) = head.then(|| refresh_life(&session, idle))?;
            (TokenKind::Refresh, None, issued_at.as_seconds(), expires_at.as_seconds())
        }
    };
    let user = standing.user;
    let actor = standing.actor.filter(|_| session.acting.is_some());
    let rights = session.acting.as_ref().map(|acting| {
        Rights::of(actor.as_ref().and_then(|a| a.role).unwrap_or(Role::Member), role, &acting.terms)
    });
    let at_client = session.client.filter(|_| session.acting.is_some());
    Some(Active {
        kind,
        jti,
        issued_at,
        expires_at,
        client_id: session.client.map_or_else(|| FIRST_PARTY_CLIENT.to_owned(), |c| c.to_string()),
        role: rights.as_ref().map_or(role, |rights| rights.role),
        scope: rights.as_ref().map(Rights::scope),
        audience: at_client.map_or_else(|| parts.policy.audience.clone(), |id| id.to_string()),
        actor_name: actor.map(|a| a.name),
        act: session
            .acting
            .as_ref()
            .map(|a| Act { sub: a.user.to_string(), iss: parts.policy.issuer.clone() }),
        session,
        user,
    })
}

/// From the last rotation until the session ends or was not used for too long.
fn refresh_life(session: &Session, idle: ByAssurance) -> (Timestamp, Timestamp) {
    (session.refreshed_at, session.expires_at.min(session.idle_until(idle)))
}
