//! `GET /auth/me/email-verification-status`

use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use authms_core::contact;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.EmailStatusResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct EmailStatusResponse {
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Whether it is known to be the caller's own.
    email_verified: bool,
    /// Whether a code for another address was sent in this session, and is still good.
    verification_sent: bool,
}

/// Tells how it stands with the caller's e-mail address.
#[utoipa::path(
    get,
    path = "/auth/me/email-verification-status",
    operation_id = "email_verification_status",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "How it stands.", body = EmailStatusResponse))
)]
pub async fn email_status(
    State(state): State<AppState>,
    Me(me): Me,
) -> Result<Json<EmailStatusResponse>, ApiError> {
    let status = contact::email_status(&state, &me).await?;
    Ok(Json(EmailStatusResponse {
        email: status.email,
        email_verified: status.verified,
        verification_sent: status.sent,
    }))
}
