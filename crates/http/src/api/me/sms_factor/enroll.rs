//! `PUT /mfa/sms/enroll`

use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::{self, Asked, Factor};
use authms_core::message::Channel;
use authms_core::text;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.SMSEnrollRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct SmsEnrollRequest {
    /// Where codes are to go.
    phone: Text<64>,
}

/// `dto.SMSEnrollResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct SmsEnrolling {
    /// Where the code was sent, masked.
    phone: String,
    /// Always false: it counts once its code was typed.
    enabled: bool,
    /// `sms`.
    method_type: &'static str,
    /// `pending_verification`.
    status: &'static str,
    /// Always false.
    verified: bool,
}

/// Begins the enrolment of codes by SMS, in place of those that the caller may have: sends a code there. Asks for a
/// step-up; the code finishes the enrolment at `/mfa/sms/verify`. What was enrolled counts until then.
#[utoipa::path(
    put,
    path = "/mfa/sms/enroll",
    operation_id = "enroll_sms_factor",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = SmsEnrollRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The enrolment waits for the code.", body = Data<SmsEnrolling>),
        (status = 409, description = "The last one began less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn enroll(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<SmsEnrollRequest>,
) -> Result<(StatusCode, Json<Data<SmsEnrolling>>), ApiError> {
    let asked = Asked { step_up: token, ..Asked::default() };
    let (begun, _) = factor::enrol_by_code(&state, &me, (Channel::Sms, &body.phone), &asked, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(begun.into(), state.now()))))
}

impl From<Factor> for SmsEnrolling {
    fn from(factor: Factor) -> Self {
        Self {
            enabled: false,
            method_type: factor.kind.as_str(),
            status: "pending_verification",
            verified: false,
            phone: factor.address.as_deref().map(text::masked_phone).unwrap_or_default(),
        }
    }
}
