//! `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`

use crate::api::public::oauth::exchange::GRANT_TYPE;
use crate::cors::ANY_PAGE;
use crate::extract::Json;
use crate::state::AppState;
use authms_core::parts::Parts;
use authms_core::signing_key::Algorithm;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// How clients authenticate themselves.
const CLIENT_AUTHENTICATION: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// What works here (RFC 8414 §2), and nothing else.
#[derive(Serialize, ToSchema, Debug)]
pub struct Metadata {
    /// `iss` of every token, byte for byte.
    issuer: String,
    /// Where the keys are.
    jwks_uri: String,
    /// No authorization endpoint yet: none.
    response_types_supported: [String; 0],
    /// Where clients exchange tokens (RFC 8693).
    token_endpoint: String,
    /// How they authenticate there.
    token_endpoint_auth_methods_supported: [&'static str; 2],
    /// What they exchange there: tokens for one of an act on somebody's behalf.
    grant_types_supported: [&'static str; 1],
    /// `sub` is the same for every client.
    subject_types_supported: [&'static str; 1],
    /// What access tokens may be signed by: the algorithms of the key set.
    access_token_signing_alg_values_supported: Vec<&'static str>,
    /// Where clients ask about tokens (RFC 7662).
    introspection_endpoint: String,
    /// How they authenticate there; `Bearer`: by API key.
    introspection_endpoint_auth_methods_supported: [&'static str; 3],
    /// Who the user of an access token is.
    userinfo_endpoint: String,
    /// Where clients revoke their tokens (RFC 7009).
    revocation_endpoint: String,
    /// How they authenticate there.
    revocation_endpoint_auth_methods_supported: [&'static str; 2],
    /// Where tickets are redeemed.
    ticket_signin_endpoint: String,
    /// Where refresh tokens are used.
    ticket_refresh_endpoint: String,
}

/// What this issuer offers.
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    operation_id = "openid_configuration",
    tag = "discovery",
    responses((status = 200, description = "The metadata.", body = Metadata))
)]
pub async fn openid(State(state): State<AppState>) -> impl IntoResponse {
    (ANY_PAGE, Json(metadata(&state)))
}

/// The same, at the address of RFC 8414.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    operation_id = "oauth_authorization_server",
    tag = "discovery",
    responses((status = 200, description = "The metadata.", body = Metadata))
)]
pub async fn oauth(State(state): State<AppState>) -> impl IntoResponse {
    (ANY_PAGE, Json(metadata(&state)))
}

/// From the configured issuer and the key set alone: no header of the request has a say.
fn metadata(parts: &Parts) -> Metadata {
    let (issuer, algorithms) = (&parts.policy.issuer, parts.keys.ring().algorithms());
    Metadata {
        issuer: issuer.clone(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        response_types_supported: [],
        token_endpoint: format!("{issuer}/api/v1/oauth/token"),
        token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
        grant_types_supported: [GRANT_TYPE],
        subject_types_supported: ["public"],
        access_token_signing_alg_values_supported: algorithms.into_iter().map(Algorithm::as_str).collect(),
        introspection_endpoint: format!("{issuer}/api/v1/oauth/introspect"),
        introspection_endpoint_auth_methods_supported: [
            "client_secret_basic",
            "client_secret_post",
            "Bearer",
        ],
        userinfo_endpoint: format!("{issuer}/api/v1/oauth/userinfo"),
        revocation_endpoint: format!("{issuer}/api/v1/oauth/revoke"),
        revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
        ticket_signin_endpoint: format!("{issuer}/api/v1/auth/ticket/signin"),
        ticket_refresh_endpoint: format!("{issuer}/api/v1/auth/refresh"),
    }
}
