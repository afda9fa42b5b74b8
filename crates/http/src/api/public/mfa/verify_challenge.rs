//! `POST /auth/mfa/verify-challenge`

use crate::api::public::credentials;
use crate::error::ApiError;
use crate::extract::{IdempotencyKey, Json, Source};
use crate::state::AppState;
use crate::wire::{AssertionCredential, EndUserContext, LoginResponse, SecretText, SimpleResponse, Text};
use authms_core::factor::FactorKind;
use authms_core::signin::challenge::{self, Verify};
use authms_crypto::SecretString;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.VerifyMFAChallengeRequest`, and the client that began, if one did.
#[derive(Deserialize, ToSchema, Debug)]
pub struct VerifyMfaChallengeRequest {
    /// The challenge that a sign-in answered.
    challenge_token: SecretText<8192>,
    /// The code; none with a passkey.
    code: Option<SecretText<64>>,
    /// What a passkey answered to the options of `/auth/mfa/passkey-options`.
    credential: Option<AssertionCredential>,
    /// What an authenticated client that may tells of its user; `binding` plays no part.
    context: Option<EndUserContext>,
    /// `totp`, the default, `passkey`, `sms`, `email` or `backup`.
    mfa_method: Option<Text<32>>,
    /// The client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// Completes a sign-in that asked for a second factor.
///
/// A wrong code costs nothing but time: the next is looked at after 1, 2, 4 and 8 seconds, and the fifth wrong one ends the
/// challenge. A client that redeemed the ticket authenticates here again. With an `Idempotency-Key` of at least 128 random
/// bits, the same request within 60 seconds gets the same session and refresh token again.
#[utoipa::path(
    post,
    path = "/auth/mfa/verify-challenge",
    operation_id = "verify_mfa_challenge",
    tag = "sign-in",
    params(("Idempotency-Key" = Option<String>, Header, description = "1–255 visible ASCII characters.")),
    request_body = VerifyMfaChallengeRequest,
    security((), ("client" = [])),
    responses(
        (status = 200, description = "Signed in.", body = LoginResponse),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
        (status = 403, description = "The challenge is invalid or has expired: sign in again.",
            body = SimpleResponse),
    )
)]
pub async fn verify_challenge(
    State(state): State<AppState>,
    source: Source,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    headers: HeaderMap,
    Json(body): Json<VerifyMfaChallengeRequest>,
) -> Result<Json<LoginResponse>, ApiError> {
    let method = method(body.mfa_method)?;
    let assertion = body.credential.map(Into::into);
    let ask = Verify {
        client: credentials(&headers, body.client_id, body.client_secret)?,
        token: body.challenge_token.into_secret(),
        method,
        code: code(body.code, method == FactorKind::Passkey && assertion.is_some())?,
        assertion,
        told: body.context.map(EndUserContext::read).transpose()?.and_then(|(_, told)| told),
        idempotency_key,
    };
    let signed_in = challenge::verify(&state, &ask, &source).await?;
    Ok(Json(LoginResponse::of(signed_in, &source)))
}

fn method(named: Option<Text<32>>) -> Result<FactorKind, ApiError> {
    let Some(name) = named.filter(|name| !name.is_empty()) else { return Ok(FactorKind::Totp) };
    FactorKind::parse(&name)
        .ok_or_else(|| ApiError::malformed("mfa_method", "must be totp, passkey, sms, email or backup"))
}

/// The code, unless something else is presented in its place.
fn code(given: Option<SecretText<64>>, by_passkey: bool) -> Result<SecretString, ApiError> {
    match given {
        Some(code) => Ok(code.into_secret()),
        None if by_passkey => Ok(SecretString::new(String::new())),
        None => Err(ApiError::malformed("code", "missing")),
    }
}
