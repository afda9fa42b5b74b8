//! `POST /mfa/totp/verify`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::{CodeRequest, Data, SimpleResponse, Valid};
use authms_core::factor::{self, Asked};
use axum::extract::State;

/// Finishes the enrolment of an authenticator app by the first code that it shows: the app counts from now on.
#[utoipa::path(
    post,
    path = "/mfa/totp/verify",
    operation_id = "verify_totp",
    tag = "factors",
    request_body = CodeRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Enrolled.", body = Data<Valid>),
        (status = 400, description = "The code is wrong.", body = SimpleResponse),
        (status = 409, description = "No enrolment is waiting.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Json(body): Json<CodeRequest>,
) -> Result<Json<Data<Valid>>, ApiError> {
    let end_other_sessions = body.end_other_sessions.unwrap_or_default();
    let asked = Asked { end_other_sessions, ..Asked::default() };
    factor::finish_totp(&state, &me, &body.code.into_secret(), &asked, &source).await?;
    Ok(Json(Data::new(Valid { valid: true }, state.now())))
}
