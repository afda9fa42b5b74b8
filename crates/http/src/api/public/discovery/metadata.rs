//! `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`

use crate::cors::ANY_PAGE;
use crate::extract::Json;
use crate::state::AppState;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// What works here (RFC 8414 §2), and nothing else.
#[derive(Serialize, ToSchema, Debug)]
pub struct Metadata {
    /// `iss` of every token, byte for byte.
    issuer: String,
    /// Where the keys are.
    jwks_uri: String,
    /// No authorization endpoint yet: none.
    response_types_supported: [String; 0],
    /// The grants of the token endpoint: none yet.
    grant_types_supported: [String; 0],
    /// `sub` is the same for every client.
    subject_types_supported: [&'static str; 1],
    /// How access tokens are signed.
    access_token_signing_alg_values_supported: [&'static str; 1],
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
    (ANY_PAGE, Json(metadata(&state.policy.issuer)))
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
    (ANY_PAGE, Json(metadata(&state.policy.issuer)))
}

/// From the configured issuer alone: no header of the request has a say.
fn metadata(issuer: &str) -> Metadata {
    Metadata {
        issuer: issuer.to_owned(),
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        response_types_supported: [],
        grant_types_supported: [],
        subject_types_supported: ["public"],
        access_token_signing_alg_values_supported: ["ES256"],
        ticket_signin_endpoint: format!("{issuer}/api/v1/auth/ticket/signin"),
        ticket_refresh_endpoint: format!("{issuer}/api/v1/auth/refresh"),
    }
}
