//! `POST /auth/forgot-password`

use super::who;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text};
use authms_core::recovery;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.ForgotPasswordRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ForgotPasswordRequest {
    /// User name, e-mail address or phone number.
    identity: Text<320>,
}

/// `dto.ForgotPasswordResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct ForgotPasswordResponse {
    /// How long a code would be good, in seconds.
    expires_in: i64,
    /// For people; may change.
    message: &'static str,
}

/// Sends a code for a new password to the address of whoever is called so, if anybody is; the answer is the same.
#[utoipa::path(
    post,
    path = "/auth/forgot-password",
    operation_id = "forgot_password",
    tag = "recovery",
    params(("X-Tenant-ID" = Option<String>, Header, description = "The tenant; the default one if absent.")),
    request_body = ForgotPasswordRequest,
    responses(
        (status = 200, description = "Whether or not there is such a user.", body = ForgotPasswordResponse),
        (status = 403, description = "`X-Tenant-ID` names another tenant, or none.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport for messages is configured.", body = SimpleResponse),
    )
)]
pub async fn forgot(
    State(state): State<AppState>,
    source: Source,
    header: TenantHeader,
    Json(body): Json<ForgotPasswordRequest>,
) -> Result<Json<ForgotPasswordResponse>, ApiError> {
    let good = recovery::forgot(&state, &who(body.identity, header)?, &source).await?;
    Ok(Json(ForgotPasswordResponse {
        expires_in: good.as_seconds(),
        message: "if there is such an account, a code was sent to its address",
    }))
}
