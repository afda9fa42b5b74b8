//! `POST /admin/webhooks/{webhook_id}/rotate-secret`

use super::WebhookWithSecret;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::WebhookId;
use authms_core::webhook;
use axum::extract::State;

/// Gives a webhook a new secret. For 24 hours messages are signed with the former as well; the one before that ends at once.
#[utoipa::path(
    post,
    path = "/admin/webhooks/{webhook_id}/rotate-secret",
    operation_id = "rotate_webhook_secret",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Rotated.", body = Data<WebhookWithSecret>),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn rotate_secret(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<WebhookId>,
) -> Result<Json<Data<WebhookWithSecret>>, ApiError> {
    let created = webhook::rotate_secret(&state, &caller, id, &source).await?;
    Ok(Json(Data::new(created.into(), state.now())))
}
