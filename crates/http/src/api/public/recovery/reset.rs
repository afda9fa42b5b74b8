//! `POST /auth/reset-password`

use super::proof;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::recovery;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.ResetPasswordRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ResetPasswordRequest {
    /// The code that was sent.
    code: SecretText<64>,
    /// User name, e-mail address or phone number.
    identity: Text<320>,
    /// The new password.
    new_password: SecretText<1024>,
}

/// `dto.ResetPasswordResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ResetPasswordResponse {
    /// For people; may change.
    message: &'static str,
}

/// Sets a forgotten password anew with the code that was sent. Ends all sessions, signs nobody in.
#[utoipa::path(
    post,
    path = "/auth/reset-password",
    operation_id = "reset_password",
    tag = "recovery",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant; the default one if absent.")),
    request_body = ResetPasswordRequest,
    responses(
        (status = 200, description = "Set.", body = ResetPasswordResponse),
        (status = 400, description = "40001301: the code is wrong, too old, used up, or there is no such user. \
            40000501: the password does not meet the policy; the code stays good.", body = SimpleResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
    )
)]
pub async fn reset(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<ResetPasswordRequest>,
) -> Result<Json<ResetPasswordResponse>, ApiError> {
    let (proof, new) = (proof(body.identity, body.code, header)?, body.new_password.into_secret());
    recovery::reset(&state, &proof, &new, &source).await?;
    Ok(Json(ResetPasswordResponse { message: "password set; sign in with it" }))
}
