//! `POST /auth/me/email/verify`

use super::VerifyChangeRequest;
use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::contact;
use authms_core::message::Channel;
use axum::extract::State;

/// Changes the caller's e-mail address with the code that was sent there; the one before is told.
#[utoipa::path(
    post,
    path = "/auth/me/email/verify",
    operation_id = "verify_email",
    tag = "me",
    request_body = VerifyChangeRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Changed.", body = SimpleResponse),
        (status = 400, description = "40001301: the code is wrong, too old, used up, or of another session.",
            body = SimpleResponse),
        (status = 409, description = "It is somebody else's.", body = SimpleResponse),
    )
)]
pub async fn verify_email(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<VerifyChangeRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    contact::verify(&state, &me, Channel::Email, &body.code.into_secret(), &source).await?;
    Ok(Json(SimpleResponse::success("e-mail address changed", state.now())))
}
