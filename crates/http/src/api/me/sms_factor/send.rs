//! `POST /mfa/sms/send`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{CodeSending, Data, SimpleResponse, Text, wanted};
use authms_core::factor;
use authms_core::message::Channel;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.SMSSendRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct SmsSendRequest {
    /// The number that is enrolled, or about to be.
    phone: Text<64>,
    /// `enroll`: the code that finishes an enrolment; `step_up` or `disable`: one that proves in this session what is
    /// enrolled; by default the first if it is waited for, else the second.
    purpose: Option<Text<32>>,
}

/// Sends a code to the caller's own number, and to no other. One that is enrolled is proved by it at `/mfa/step-up`,
/// `/auth/re-authenticate` and `/mfa/sms/disable`, in this session.
#[utoipa::path(
    post,
    path = "/mfa/sms/send",
    operation_id = "send_sms_factor",
    tag = "factors",
    request_body = SmsSendRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Sent.", body = Data<CodeSending>),
        (status = 400, description = "40001511: not the number that is enrolled.", body = SimpleResponse),
        (status = 409, description = "The last was sent less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn send(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<SmsSendRequest>,
) -> Result<Json<Data<CodeSending>>, ApiError> {
    let (to, wanted) = ((Channel::Sms, Some(&*body.phone)), wanted(body.purpose.as_deref()));
    let sent = factor::send_code(&state, &me, to, wanted, &source).await?;
    Ok(Json(Data::new(sent.into(), state.now())))
}
