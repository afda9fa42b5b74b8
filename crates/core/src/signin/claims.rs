//! The claims of an access token.

use crate::id::{SessionId, TenantId, TokenId, UserId};
use crate::session::Session;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// `typ` of access tokens (RFC 9068 §2.1): nothing else is accepted as one, and they as nothing else.
pub const ACCESS_TOKEN_TYP: &str = "at+jwt";

/// `client_id` of sessions that were opened for no registered client.
pub const FIRST_PARTY_CLIENT: &str = "authms";

/// Claims of an access token: RFC 9068 §2.2, and those that the contract's clients read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// Our own endpoints, and the client if there is one; where somebody acts at a client, that alone.
    pub aud: Vec<String>,
    /// The user.
    pub sub: String,
    /// The client.
    pub client_id: String,
    /// When it expires (NumericDate).
    pub exp: i64,
    /// When it was issued (NumericDate).
    pub iat: i64,
    /// Its identifier.
    pub jti: String,
    /// The session (OpenID Connect Front-Channel Logout 1.0 §3).
    pub sid: String,
    /// The user, again.
    pub user_id: String,
    /// The tenant.
    pub tenant_id: String,
    /// The session, again.
    pub session_id: String,
    /// The user's role at issuance.
    pub role: String,
    /// What may be done on the user's behalf (RFC 8693 §4.2), where somebody acts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<String>,
    /// When the user authenticated, if known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auth_time: Option<i64>,
    /// How the user authenticated (RFC 8176), if known.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub amr: Vec<String>,
    /// Who acts as the user (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Act>,
    /// The same in the words of the contract's clients.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custom: Option<Impersonation>,
}

/// The actor of a session on somebody's behalf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The actor.
    pub sub: String,
    /// Who vouches for the actor: this issuer.
    pub iss: String,
}

/// What the contract's clients read of a session on somebody's behalf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impersonation {
    /// Always true.
    pub is_imp: bool,
    /// The actor.
    pub impersonated_by: String,
    /// The actor's name.
    pub admin_name: String,
    /// The act: its session.
    pub imp_id: String,
    /// Why.
    pub imp_reason: String,
}

/// What is looked at of an access token that comes back; all else is read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Its session.
    pub session: SessionId,
    /// The session's user.
    pub user: UserId,
    /// The session's tenant.
    pub tenant: TenantId,
    /// Its identifier.
    pub jti: TokenId,
    /// When it was issued (NumericDate).
    pub iat: i64,
    /// When it expires (NumericDate).
    pub exp: i64,
}

impl Issued {
    /// Of claims that carry our signature; none if they are not as we write them, or are for others than us. A token of
    /// somebody who acts at a client is for that client alone, and what it may do here is read from its session.
    pub(crate) fn of(claims: &AccessClaims, audience: &str) -> Option<Self> {
        let acted = claims.act.is_some() && claims.aud == [claims.client_id.as_str()];
        if !acted && !claims.aud.iter().any(|aud| aud == audience) {
            return None;
        }
        Some(Self {
            session: SessionId::parse(&claims.sid)?,
            user: UserId::parse(&claims.sub)?,
            tenant: TenantId::parse(&claims.tenant_id)?,
            jti: TokenId::parse(&claims.jti)?,
            iat: claims.iat,
            exp: claims.exp,
        })
    }
}

/// What besides the session goes into the claims.
pub(crate) struct Issue<'a> {
    pub issuer: &'a str,
    pub audience: &'a str,
    pub role: &'static str,
    pub scope: Option<String>,
    pub actor_name: Option<&'a str>,
    pub jti: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

impl AccessClaims {
    pub(crate) fn of(session: &Session, issue: Issue<'_>) -> Self {
        let client = session.client.map(|c| c.to_string());
        let ours = Some(issue.audience.to_owned()).filter(|_| session.acting.is_none() || client.is_none());
        let aud = ours.into_iter().chain(client.clone()).collect();
        let user = session.user.to_string();
        let sid = session.id.to_string();
        Self {
            iss: issue.issuer.to_owned(),
            aud,
            sub: user.clone(),
            client_id: client.unwrap_or_else(|| FIRST_PARTY_CLIENT.to_owned()),
            exp: issue.expires_at.as_seconds(),
            iat: issue.issued_at.as_seconds(),
            jti: issue.jti,
            sid: sid.clone(),
            user_id: user,
            tenant_id: session.tenant.to_string(),
            session_id: sid.clone(),
            role: issue.role.to_owned(),
            scope: issue.scope,
            auth_time: session.auth_time.map(Timestamp::as_seconds),
            amr: session.amr.clone(),
            act: session
                .acting
                .as_ref()
                .map(|a| Act { sub: a.user.to_string(), iss: issue.issuer.to_owned() }),
            custom: session.acting.as_ref().map(|a| Impersonation {
                is_imp: true,
                impersonated_by: a.user.to_string(),
                admin_name: issue.actor_name.unwrap_or_default().to_owned(),
                imp_id: sid,
                imp_reason: a.reason.clone(),
            }),
        }
    }
}
