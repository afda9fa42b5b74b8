//! `GET /admin/webhooks/{webhook_id}`

use super::WebhookDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::WebhookId;
use authms_core::webhook;
use axum::extract::State;

/// One webhook of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/webhooks/{webhook_id}",
    operation_id = "show_webhook",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The webhook.", body = Data<WebhookDetails>),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
) -> Result<Json<Data<WebhookDetails>>, ApiError> {
    let webhook = webhook::get(&state, &caller, id).await?;
    Ok(Json(Data::new(webhook.into(), state.now())))
}
