//! `POST /mfa/email/send`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{CodeSending, Data, SimpleResponse, Text, wanted};
use authms_core::factor;
use authms_core::message::Channel;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.EmailSendRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct EmailSendRequest {
    /// The address that is enrolled, or about to be.
    email: Text<320>,
    /// `enroll`: the code that finishes an enrolment; `step_up` or `disable`: one that proves in this session what is
    /// enrolled; by default the first if it is waited for, else the second.
    purpose: Option<Text<32>>,
}

/// Sends a code to the caller's own address, and to no other. One that is enrolled is proved by it at `/mfa/step-up`,
/// `/auth/re-authenticate` and `/mfa/email/disable`, in this session.
#[utoipa::path(
    post,
    path = "/mfa/email/send",
    operation_id = "send_email_factor",
    tag = "factors",
    request_body = EmailSendRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Sent.", body = Data<CodeSending>),
        (status = 400, description = "40001511: not the address that is enrolled.", body = SimpleResponse),
        (status = 409, description = "The last was sent less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn send(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<EmailSendRequest>,
) -> Result<Json<Data<CodeSending>>, ApiError> {
    let (to, wanted) = ((Channel::Email, Some(&*body.email)), wanted(body.purpose.as_deref()));
    let sent = factor::send_code(&state, &me, to, wanted, &source).await?;
    Ok(Json(Data::new(sent.into(), state.now())))
}
