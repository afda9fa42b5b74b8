//! `POST /mfa/step-up`

use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text, factor_kind};
use authms_core::mfa::{self, SteppedUp};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.StepUpRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct StepUpRequest {
    /// The code.
    code: SecretText<64>,
    /// `totp`, `backup`, `email` or `sms`.
    method: Text<32>,
    /// The caller, if it is named.
    user_id: Option<Text<64>>,
}

/// `dto.StepUpResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct StepUp {
    /// Seconds that the token is worth something.
    expires_in: i64,
    /// For people; may change.
    message: &'static str,
    /// To be sent as `X-Step-Up-Token`, in this session.
    step_up_token: String,
    /// Always true: a wrong code is an error.
    valid: bool,
}

/// Proves by a code of a second factor that the user is there.
#[utoipa::path(
    post,
    path = "/mfa/step-up",
    operation_id = "step_up",
    tag = "factors",
    request_body = StepUpRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Proved.", body = Data<StepUp>),
        (status = 400, description = "The code is wrong, or this method not offered.", body = SimpleResponse),
        (status = 404, description = "`user_id` is not the caller's.", body = SimpleResponse),
    )
)]
pub async fn step_up(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<StepUpRequest>,
) -> Result<Json<Data<StepUp>>, ApiError> {
    if body.user_id.is_some_and(|named| !named.is_empty() && *named != *me.user.to_string()) {
        return Err(codes::USER_NOT_FOUND.into());
    }
    let kind = factor_kind(&body.method)
        .ok_or_else(|| ApiError::malformed("method", "must be totp, backup, email or sms"))?;
    let done = mfa::step_up(&state, &me, kind, &body.code.into_secret(), &source).await?;
    Ok(Json(Data::new(done.into(), state.now())))
}

impl From<SteppedUp> for StepUp {
    fn from(done: SteppedUp) -> Self {
        Self {
            expires_in: done.expires_in.as_seconds(),
            message: "proved",
            step_up_token: done.token.expose().to_owned(),
            valid: true,
        }
    }
}
