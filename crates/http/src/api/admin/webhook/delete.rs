//! `DELETE /admin/webhooks/{webhook_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::WebhookId;
use authms_core::webhook;
use axum::extract::State;
use axum::http::StatusCode;

/// Deletes a webhook; it is told nothing more, nor of what waits.
#[utoipa::path(
    delete,
    path = "/admin/webhooks/{webhook_id}",
    operation_id = "delete_webhook",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, ApiError> {
    webhook::delete(&state, &caller, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
