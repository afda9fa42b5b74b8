//! `POST /mfa/sms/verify`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{Data, SecretText, SimpleResponse, Text, Valid};
use authms_core::factor::{self, Asked};
use authms_core::message::Channel;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.SMSVerifyRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct SmsVerifyRequest {
    /// The code that was sent.
    code: SecretText<64>,
    /// Where it was sent, if it is named.
    phone: Option<Text<64>>,
    /// Whether the caller's other sessions end with it.
    end_other_sessions: Option<bool>,
}

/// Finishes the enrolment of codes by SMS: they count from now on, in place of those that the caller had.
#[utoipa::path(
    post,
    path = "/mfa/sms/verify",
    operation_id = "verify_sms_factor",
    tag = "factors",
    request_body = SmsVerifyRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Enrolled.", body = Data<Valid>),
        (status = 400, description = "The code is wrong, or no longer good.", body = SimpleResponse),
        (status = 409, description = "No enrolment is waiting.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<SmsVerifyRequest>,
) -> Result<Json<Data<Valid>>, ApiError> {
    let end_other_sessions = body.end_other_sessions.unwrap_or_default();
    let asked = Asked { end_other_sessions, ..Asked::default() };
    let named = body.phone.as_deref().filter(|named| !named.is_empty());
    let (to, code) = ((Channel::Sms, named), body.code.into_secret());
    factor::finish_by_code(&state, &me, to, &code, &asked, &source).await?;
    Ok(Json(Data::new(Valid { valid: true }, state.now())))
}
