//! `POST /auth/mfa/send-code`

use crate::api::public::credentials;
use crate::error::ApiError;
use crate::extract::{Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text, Time};
use authms_core::factor::FactorKind;
use authms_core::signin::challenge::{self, CodePromised};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The challenge, the way of the code, and the client that began, if one did.
#[derive(Deserialize, ToSchema, Debug)]
pub struct SendMfaCodeRequest {
    /// The challenge that a sign-in answered.
    challenge_token: SecretText<8192>,
    /// `email` or `sms`.
    mfa_method: Text<32>,
    /// The client, unless it authenticates by Basic.
    client_id: Option<Text<64>>,
    /// The client's secret.
    client_secret: Option<SecretText<256>>,
}

/// A code that was sent.
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaCodeSent {
    /// Until when it completes the challenge.
    expires_at: Time,
    /// Seconds until then.
    expires_in: i64,
    /// How it was sent.
    mfa_method: &'static str,
    /// Where, masked.
    target: String,
}

/// Sends a code for a challenge to the address that its user has enrolled, or to who has to enrol first, to an address that
/// was known to be theirs before.
///
/// It completes this challenge and no other. The next is sent after a minute, the one after that after two: three a
/// challenge. A client that redeemed the ticket authenticates here again.
#[utoipa::path(
    post,
    path = "/auth/mfa/send-code",
    operation_id = "send_mfa_code",
    tag = "sign-in",
    request_body = SendMfaCodeRequest,
    security((), ("client" = [])),
    responses(
        (status = 200, description = "Sent.", body = Data<MfaCodeSent>),
        (status = 400, description = "The challenge is not satisfied by this method.", body = SimpleResponse),
        (status = 403, description = "The challenge is invalid or has expired: sign in again.",
            body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn send_code(
    State(state): State<AppState>,
    source: Source,
    headers: HeaderMap,
    Json(body): Json<SendMfaCodeRequest>,
) -> Result<Json<Data<MfaCodeSent>>, ApiError> {
    let client = credentials(&headers, body.client_id, body.client_secret)?;
    let method = FactorKind::parse(&body.mfa_method).filter(|kind| kind.channel().is_some());
    let method = method.ok_or_else(|| ApiError::malformed("mfa_method", "must be email or sms"))?;
    let token = body.challenge_token.into_secret();
    let sent = challenge::send_code(&state, &token, method, client.as_ref(), &source).await?;
    Ok(Json(Data::new(sent.into(), state.now())))
}

impl From<CodePromised> for MfaCodeSent {
    fn from(sent: CodePromised) -> Self {
        Self {
            expires_at: sent.expires_at.into(),
            expires_in: sent.expires_in.as_seconds(),
            mfa_method: sent.method.as_str(),
            target: sent.target,
        }
    }
}
