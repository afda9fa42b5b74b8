//! `GET /oauth/userinfo` and `POST /oauth/userinfo`

use super::in_oauth;
use super::introspect::{Actor, Impersonation};
use crate::error::ApiError;
use crate::extract::{Json, MeOrActor, bearer};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::message::Language;
use authms_core::token::{self, Active};
use authms_crypto::SecretString;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.OIDCUserInfoResponse`, OpenID Connect Core 1.0 §5.3.2: who the user is, and nothing of what they may do.
#[derive(Serialize, ToSchema, Debug)]
pub struct OIDCUserInfoResponse {
    /// Who acts as the user, if somebody does (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
    /// The client that the token was issued to.
    client_id: String,
    /// Who acts as the user and why, in the words of the contract's clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Impersonation>,
    /// The language that the user is written to in, if they have said one.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    /// What others call them.
    name: String,
    /// Name to show, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    /// User name, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<String>,
    /// What may be done on the user's behalf, where somebody acts (RFC 8693 §4.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The user.
    sub: String,
    /// When the user last changed, in seconds since 1970.
    updated_at: i64,
}

impl From<Active> for OIDCUserInfoResponse {
    fn from(token: Active) -> Self {
        let (act, custom) = (Actor::of(&token), Impersonation::of(&token));
        let user = token.user;
        Self {
            act,
            client_id: token.client_id,
            custom,
            locale: user.language.map(Language::as_str),
            name: user.called(),
            nickname: user.nickname,
            preferred_username: user.username,
            scope: token.scope,
            sub: user.id.to_string(),
            updated_at: user.updated_at.as_seconds(),
        }
    }
}

/// Who the user of an access token is (OpenID Connect Core 1.0 §5.3), and who acts for them, if somebody does.
#[utoipa::path(
    get,
    path = "/oauth/userinfo",
    operation_id = "userinfo",
    tag = "oauth",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The user.", body = OIDCUserInfoResponse),
        (status = 401, description = "`invalid_token`: no access token of a living session.", body = SimpleResponse),
    )
)]
pub async fn userinfo(
    State(state): State<AppState>,
    me: Result<MeOrActor, ApiError>,
    headers: HeaderMap,
) -> Result<Json<OIDCUserInfoResponse>, ApiError> {
    tell(&state, me, &headers).await
}

/// Like `GET`, for clients that ask by POST (OpenID Connect Core 1.0 §5.3.1), with nothing in the body: the access token is in
/// the header here, too.
#[utoipa::path(
    post,
    path = "/oauth/userinfo",
    operation_id = "userinfo_by_post",
    tag = "oauth",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The user.", body = OIDCUserInfoResponse),
        (status = 401, description = "`invalid_token`: no access token of a living session.", body = SimpleResponse),
    )
)]
pub async fn userinfo_by_post(
    State(state): State<AppState>,
    me: Result<MeOrActor, ApiError>,
    headers: HeaderMap,
) -> Result<Json<OIDCUserInfoResponse>, ApiError> {
    tell(&state, me, &headers).await
}

async fn tell(
    state: &AppState,
    me: Result<MeOrActor, ApiError>,
    headers: &HeaderMap,
) -> Result<Json<OIDCUserInfoResponse>, ApiError> {
    let told = async {
        me?;
        let token = bearer(headers)?.ok_or_else(ApiError::unauthenticated)?;
        let active = token::active(state, &SecretString::new(token.to_owned())).await?;
        active.map(OIDCUserInfoResponse::from).ok_or_else(ApiError::invalid_token)
    };
    told.await.map(Json).map_err(in_oauth)
}
