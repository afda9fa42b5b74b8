//! `POST /auth/me/email/change`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::contact;
use authms_core::message::Channel;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.ChangeEmailRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ChangeEmailRequest {
    /// The new e-mail address.
    new_email: Text<320>,
    /// The caller's password.
    password: SecretText<1024>,
}

/// Sends a code to a new e-mail address; nothing changes until it comes back.
#[utoipa::path(
    post,
    path = "/auth/me/email/change",
    operation_id = "change_email",
    tag = "me",
    request_body = ChangeEmailRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Sent.", body = SimpleResponse),
        (status = 409, description = "40001303: one was sent less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: there is no way to send it.", body = SimpleResponse),
    )
)]
pub async fn change_email(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<ChangeEmailRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let password = body.password.into_secret();
    contact::change(&state, &me, (Channel::Email, &body.new_email), &password, &source).await?;
    Ok(Json(SimpleResponse::success("a code was sent to the new e-mail address", state.now())))
}
