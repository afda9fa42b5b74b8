//! `POST /mfa/challenge`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, Time};
use authms_core::factor::{self, FactorKind, Wanted};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.MFAChallengeRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct MfaChallengeRequest {
    /// `email` or `sms`.
    method: Text<32>,
}

/// `dto.MFAChallengeResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaChallenge {
    /// Names the code; there is nothing to do with it.
    challenge_id: String,
    /// When it was sent.
    created_at: Time,
    /// Seconds that it is good.
    expires_in: i64,
    /// How it was sent.
    method: &'static str,
    /// The tenant that the session is in.
    tenant_id: String,
    /// The caller.
    user_id: String,
}

/// Sends a code to the caller's own e-mail or SMS factor, which proves it in this session: at `/mfa/step-up` and
/// `/auth/re-authenticate`.
#[utoipa::path(
    post,
    path = "/mfa/challenge",
    operation_id = "challenge_factor",
    tag = "factors",
    request_body = MfaChallengeRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Sent.", body = Data<MfaChallenge>),
        (status = 400, description = "The caller has no such factor that would prove anything.", body = SimpleResponse),
        (status = 409, description = "The last was sent less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn challenge(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<MfaChallengeRequest>,
) -> Result<(StatusCode, Json<Data<MfaChallenge>>), ApiError> {
    let kind = FactorKind::parse(&body.method);
    let channel = kind.and_then(FactorKind::channel);
    let channel = channel.ok_or_else(|| ApiError::malformed("method", "must be email or sms"))?;
    let sent = factor::send_code(&state, &me, (channel, None), Wanted::Proof, &source).await?;
    let answer = MfaChallenge {
        challenge_id: sent.id.to_string(),
        created_at: sent.at.into(),
        expires_in: sent.expires_in.as_seconds(),
        method: channel.as_str(),
        tenant_id: me.tenant.to_string(),
        user_id: me.user.to_string(),
    };
    Ok((StatusCode::CREATED, Json(Data::new(answer, state.now()))))
}
