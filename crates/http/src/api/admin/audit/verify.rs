//! `POST /admin/audit/verifications`

use super::check::VerifiedChain;
use super::days;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::audit;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which events.
#[derive(Deserialize, ToSchema, Debug)]
pub struct VerifyAuditRequest {
    /// On this day, `2026-01-01` in UTC, or later.
    start_date: Option<Text<64>>,
    /// On this day or earlier.
    end_date: Option<Text<64>>,
}

/// Verifies the newest 10,000 events of these days, as `GET …/verify-by-date` does, and notes what was found: as an event of its own, and
/// to be listed for a year.
#[utoipa::path(
    post,
    path = "/admin/audit/verifications",
    operation_id = "verify_audit",
    tag = "audit",
    request_body = VerifyAuditRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "What was found.", body = Data<VerifiedChain>),
        (status = 400, description = "A day cannot be read.", body = SimpleResponse),
        (status = 403, description = "The caller may not read the log.", body = SimpleResponse),
        (status = 409, description = "Nothing is sealed yet.", body = SimpleResponse),
    )
)]
pub async fn verify(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(asked): Json<VerifyAuditRequest>,
) -> Result<Json<Data<VerifiedChain>>, ApiError> {
    let (from, until) = days(asked.start_date.as_deref(), asked.end_date.as_deref())?;
    let checked = audit::verify_newest(&state, &caller, from, until, &source).await?;
    Ok(Json(Data::new(checked.into(), state.now())))
}
