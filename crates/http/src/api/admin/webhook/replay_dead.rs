//! `POST /admin/webhooks/{webhook_id}/replay`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::WebhookId;
use authms_core::webhook;
use axum::extract::State;
use axum::http::StatusCode;

/// Tells a webhook once more of all that could not be told: of its dead letters.
#[utoipa::path(
    post,
    path = "/admin/webhooks/{webhook_id}/replay",
    operation_id = "replay_dead_webhook_deliveries",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 202, description = "They are on their way."),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn replay_dead(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, ApiError> {
    webhook::replay_dead(&state, &caller, id, &source).await?;
    Ok(StatusCode::ACCEPTED)
}
