//! `POST /auth/me/phone/change`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text};
use authms_core::contact;
use authms_core::message::Channel;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.ChangePhoneRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct ChangePhoneRequest {
    /// The new phone number.
    new_phone: Text<64>,
    /// The caller's password.
    password: SecretText<1024>,
}

/// Sends a code to a new phone number; nothing changes until it comes back.
#[utoipa::path(
    post,
    path = "/auth/me/phone/change",
    operation_id = "change_phone",
    tag = "me",
    request_body = ChangePhoneRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Sent.", body = SimpleResponse),
        (status = 409, description = "40001303: one was sent less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: there is no way to send it.", body = SimpleResponse),
    )
)]
pub async fn change_phone(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<ChangePhoneRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let password = body.password.into_secret();
    contact::change(&state, &me, (Channel::Sms, &body.new_phone), &password, &source).await?;
    Ok(Json(SimpleResponse::success("a code was sent to the new phone number", state.now())))
}
