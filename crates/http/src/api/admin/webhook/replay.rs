//! `POST /admin/webhooks/{webhook_id}/deliveries/{event_id}/replay`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::{EventId, WebhookId};
use authms_core::webhook;
use axum::extract::State;
use axum::http::StatusCode;

/// Tells a webhook of an event once more, whatever became of it, under the same `webhook-id`.
#[utoipa::path(
    post,
    path = "/admin/webhooks/{webhook_id}/deliveries/{event_id}/replay",
    operation_id = "replay_webhook_delivery",
    tag = "webhooks",
    params(("webhook_id" = String, Path), ("event_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 202, description = "It is on its way."),
        (status = 404, description = "No such webhook in the caller's tenant, or no such delivery to it.", body = SimpleResponse),
    )
)]
pub async fn replay(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(which): Path<(WebhookId, EventId)>,
) -> Result<StatusCode, ApiError> {
    webhook::replay(&state, &caller, which, &source).await?;
    Ok(StatusCode::ACCEPTED)
}
