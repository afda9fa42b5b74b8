//! `POST /auth/verify-reset-code`

use super::proof;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::recovery;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.VerifyResetCodeRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct VerifyResetCodeRequest {
    /// The code that was sent.
    code: SecretText<64>,
    /// User name, e-mail address or phone number.
    identity: Text<320>,
}

/// Tells whether a code for a new password is right, and does not use it up. A wrong one counts against it.
#[utoipa::path(
    post,
    path = "/auth/verify-reset-code",
    operation_id = "verify_reset_code",
    tag = "recovery",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant; the default one if absent.")),
    request_body = VerifyResetCodeRequest,
    responses(
        (status = 200, description = "It is right.", body = SimpleResponse),
        (status = 400, description = "40001301: it is wrong, too old, used up, or there is no such user.",
            body = SimpleResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<VerifyResetCodeRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    recovery::verify(&state, &proof(body.identity, body.code, header)?, &source).await?;
    Ok(Json(SimpleResponse::success("the code is right", state.now())))
}
