//! `PUT /mfa/email/enroll`

use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::{self, Asked, Factor};
use authms_core::message::Channel;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.EmailEnrollRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct EmailEnrollRequest {
    /// Where codes are to go.
    email: Text<320>,
}

/// `dto.EmailEnrollResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct EmailEnrolling {
    /// Where the code was sent.
    email: String,
    /// Always false: it counts once its code was typed.
    enabled: bool,
    /// `email`.
    method_type: &'static str,
    /// `pending_verification`.
    status: &'static str,
    /// Always false.
    verified: bool,
}

/// Begins the enrolment of codes by e-mail, in place of those that the caller may have: sends a code there. Asks for a
/// step-up; the code finishes the enrolment at `/mfa/email/verify`. What was enrolled counts until then.
#[utoipa::path(
    put,
    path = "/mfa/email/enroll",
    operation_id = "enroll_email_factor",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = EmailEnrollRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The enrolment waits for the code.", body = Data<EmailEnrolling>),
        (status = 409, description = "The last one began less than a minute ago.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport is configured.", body = SimpleResponse),
    )
)]
pub async fn enroll(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<EmailEnrollRequest>,
) -> Result<(StatusCode, Json<Data<EmailEnrolling>>), ApiError> {
    let asked = Asked { step_up: token, ..Asked::default() };
    let (begun, _) =
        factor::enrol_by_code(&state, &me, (Channel::Email, &body.email), &asked, &source).await?;
    Ok((StatusCode::CREATED, Json(Data::new(begun.into(), state.now()))))
}

impl From<Factor> for EmailEnrolling {
    fn from(factor: Factor) -> Self {
        Self {
            enabled: false,
            method_type: factor.kind.as_str(),
            status: "pending_verification",
            verified: false,
            email: factor.address.unwrap_or_default(),
        }
    }
}
