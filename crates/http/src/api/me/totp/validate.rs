//! `POST /mfa/totp/validate`

use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text, Valid};
use authms_core::factor;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.TOTPValidateRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct TotpValidateRequest {
    /// The code.
    code: SecretText<64>,
    /// The caller, if it is named.
    user_id: Option<Text<64>>,
}

/// Tries a code of an authenticator app that is enrolled: it is spent, and a wrong one is counted as at a sign-in.
#[utoipa::path(
    post,
    path = "/mfa/totp/validate",
    operation_id = "validate_totp",
    tag = "factors",
    request_body = TotpValidateRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The code is right.", body = Data<Valid>),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
        (status = 404, description = "`user_id` is not the caller's.", body = SimpleResponse),
    )
)]
pub async fn validate(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<TotpValidateRequest>,
) -> Result<Json<Data<Valid>>, ApiError> {
    if body.user_id.is_some_and(|named| !named.is_empty() && *named != *me.user.to_string()) {
        return Err(codes::USER_NOT_FOUND.into());
    }
    factor::validate_totp(&state, &me, &body.code.into_secret(), &source).await?;
    Ok(Json(Data::new(Valid { valid: true }, state.now())))
}
