//! `POST /oauth/introspect`

use super::{credentials, in_oauth};
use crate::error::ApiError;
use crate::extract::{Authenticated, FormOrJson, Json, TenantHeader, bearer};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::token::{self, Active, Asker, TokenKind};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// RFC 7662 §2.1.
#[derive(Deserialize, ToSchema, Debug)]
pub struct IntrospectTokenRequest {
    /// An access or refresh token.
    token: SecretText<8192>,
    /// Not needed: a token shows what it is.
    #[serde(rename = "token_type_hint")]
    _hint: Option<Text<64>>,
    /// The asking client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// `dto.TokenIntrospectionResponse`, RFC 7662 §2.2: of a token that is not good, `active` alone.
#[derive(Serialize, ToSchema, Default, Debug)]
pub struct TokenIntrospectionResponse {
    /// Whether the token is good now: not expired, and its session lives.
    active: bool,
    /// Who acts as the user, if somebody does (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
    /// How the user authenticated (RFC 8176), if known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<String>,
    /// The first audience, our own endpoints; `client_id` is the other one. Where somebody acts at a client: that.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// When the user authenticated, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    /// The client that the token was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Who acts as the user and why, in the words of the contract's clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Impersonation>,
    /// When it expires, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// When it was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// The access token's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// The role that the user has now, whatever the token says.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// What may be done on the user's behalf, where somebody acts (RFC 8693 §4.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    /// `Bearer` for access tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// The user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// Who acts as the user.
#[derive(Serialize, ToSchema, Debug)]
pub struct Actor {
    /// Who vouches for the actor: this issuer.
    iss: String,
    /// The actor.
    sub: String,
}

/// `custom` of an access token on somebody's behalf.
#[derive(Serialize, ToSchema, Debug)]
pub struct Impersonation {
    /// The actor's name.
    admin_name: String,
    /// The act: its session.
    imp_id: String,
    /// Why.
    imp_reason: String,
    /// The actor.
    impersonated_by: String,
    /// Always true.
    is_imp: bool,
}

impl Actor {
    pub(super) fn of(token: &Active) -> Option<Self> {
        token.act.as_ref().map(|act| Self { iss: act.iss.clone(), sub: act.sub.clone() })
    }
}

impl Impersonation {
    pub(super) fn of(token: &Active) -> Option<Self> {
        let acting = token.session.acting.as_ref()?;
        Some(Self {
            admin_name: token.actor_name.clone().unwrap_or_default(),
            imp_id: token.session.id.to_string(),
            imp_reason: acting.reason.clone(),
            impersonated_by: acting.user.to_string(),
            is_imp: true,
        })
    }
}

impl TokenIntrospectionResponse {
    fn of(state: &AppState, token: Active) -> Self {
        let (act, custom) = (Actor::of(&token), Impersonation::of(&token));
        let Active { session, kind, user, .. } = token;
        Self {
            active: true,
            act,
            amr: session.amr,
            aud: Some(token.audience),
            auth_time: session.auth_time.map(authms_core::time::Timestamp::as_seconds),
            client_id: Some(token.client_id),
            custom,
            exp: Some(token.expires_at),
            iat: Some(token.issued_at),
            iss: Some(state.policy.issuer.clone()),
            jti: token.jti,
            role: Some(token.role.as_str()),
            scope: token.scope,
            sid: Some(session.id.to_string()),
            sub: Some(session.user.to_string()),
            tenant_id: Some(session.tenant.to_string()),
            token_type: (kind == TokenKind::Access).then_some("Bearer"),
            username: user.username.or(user.email).or(user.phone),
        }
    }
}

/// Tells whether a token is good now, and what it says (RFC 7662).
///
/// A client is told of the tokens that were issued to it; an API key or administrator with `token:introspect` of all of
/// the tenant. Whatever else is sent is `{"active": false}`.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    operation_id = "introspect_token",
    tag = "oauth",
    params(("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the asker's tenant.")),
    request_body(content(
        (IntrospectTokenRequest = "application/x-www-form-urlencoded"),
        (IntrospectTokenRequest = "application/json"),
    )),
    security(("client" = []), ("api_key" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "What the token is.", body = TokenIntrospectionResponse),
        (status = 401, description = "`invalid_client`: the client did not authenticate.", body = SimpleResponse),
    )
)]
pub async fn introspect(
    State(state): State<AppState>,
    caller: Result<Authenticated, ApiError>,
    tenant: TenantHeader,
    headers: HeaderMap,
    body: Result<FormOrJson<IntrospectTokenRequest>, ApiError>,
) -> Result<Json<TokenIntrospectionResponse>, ApiError> {
    let told = async {
        let FormOrJson(body) = body?;
        let asker = match bearer(&headers)? {
            Some(_) if body.client_id.is_some() || body.client_secret.is_some() => {
                return Err(ApiError::malformed("client_id", "beside a bearer token"));
            }
            Some(_) => Asker::Caller(caller?.0),
            None => {
                let credentials = credentials(&headers, body.client_id, body.client_secret)?;
                let client = token::authenticate(&state, &credentials, tenant.named()?).await?;
                Asker::Client(Box::new(client))
            }
        };
        let active = token::introspect(&state, &asker, &body.token.into_secret()).await?;
        Ok(active.map(|token| TokenIntrospectionResponse::of(&state, token)).unwrap_or_default())
    };
    told.await.map(Json).map_err(in_oauth)
}
