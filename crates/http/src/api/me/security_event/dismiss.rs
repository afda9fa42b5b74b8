//! `POST /auth/me/security-events/{event_id}/dismiss`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text};
use authms_core::audit;
use authms_core::id::EventId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.SecurityEventDismissRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct DismissSecurityEventRequest {
    /// Why it needs no more attention, at most 200 characters.
    reason: Option<Text<200>>,
}

/// Says that the caller has seen an event of their own account. It stays in the list and in the audit log, which tells of this as well.
#[utoipa::path(
    post,
    path = "/auth/me/security-events/{event_id}/dismiss",
    operation_id = "dismiss_my_security_event",
    tag = "me",
    params(("event_id" = String, Path)),
    request_body = DismissSecurityEventRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "It is dismissed.", body = SimpleResponse),
        (status = 404, description = "The caller is told of no such event.", body = SimpleResponse),
    )
)]
pub async fn dismiss(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<EventId>,
    Json(body): Json<DismissSecurityEventRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    audit::dismiss(&state, &me, id, body.reason.map(Text::into_string), &source).await?;
    Ok(Json(SimpleResponse::success("dismissed", state.now())))
}
