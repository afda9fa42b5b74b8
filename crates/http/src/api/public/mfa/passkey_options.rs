//! `POST /auth/mfa/passkey-options`

use crate::api::public::credentials;
use crate::error::ApiError;
use crate::extract::Json;
use crate::state::AppState;
use crate::wire::{CredentialRequest, Data, SecretText, SimpleResponse, Text};
use authms_core::signin::challenge;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

/// The challenge, and the client that began, if one did.
#[derive(Deserialize, ToSchema, Debug)]
pub struct PasskeyOptionsRequest {
    /// The challenge that a sign-in answered.
    challenge_token: SecretText<8192>,
    /// The client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// The options to prove a passkey with as second factor, for `navigator.credentials.get()`. What that brings back goes
/// to `/auth/mfa/verify-challenge` as `credential`, with `mfa_method` `passkey`; it completes this challenge and no other.
#[utoipa::path(
    post,
    path = "/auth/mfa/passkey-options",
    operation_id = "mfa_passkey_options",
    tag = "sign-in",
    request_body = PasskeyOptionsRequest,
    security((), ("client" = [])),
    responses(
        (status = 200, description = "The options.", body = Data<CredentialRequest>),
        (status = 400, description = "The challenge is not satisfied by a passkey.", body = SimpleResponse),
        (status = 403, description = "The challenge is invalid or has expired: sign in again.",
            body = SimpleResponse),
    )
)]
pub async fn passkey_options(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(body): Json<PasskeyOptionsRequest>,
) -> Result<Json<Data<CredentialRequest>>, ApiError> {
    let client = credentials(&headers, body.client_id, body.client_secret)?;
    let token = body.challenge_token.into_secret();
    let options = challenge::passkey_options(&state, &token, client.as_ref()).await?;
    Ok(Json(Data::new(options.into(), state.now())))
}
