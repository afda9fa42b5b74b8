//! `POST /auth/me/phone/verify`

use super::VerifyChangeRequest;
use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::contact;
use authms_core::message::Channel;
use axum::extract::State;

/// Changes the caller's phone number with the code that was sent there; the e-mail address is told.
#[utoipa::path(
    post,
    path = "/auth/me/phone/verify",
    operation_id = "verify_phone",
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
pub async fn verify_phone(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<VerifyChangeRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    contact::verify(&state, &me, Channel::Sms, &body.code.into_secret(), &source).await?;
    Ok(Json(SimpleResponse::success("phone number changed", state.now())))
}
