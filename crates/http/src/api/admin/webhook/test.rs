//! `POST /admin/webhooks/{webhook_id}/test`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::WebhookId;
use authms_core::webhook;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

/// The event that a webhook is told to try it out.
#[derive(Serialize, ToSchema, Debug)]
pub struct TestedWebhook {
    /// The event, `webhook.tested`: what `webhook-id` says, and what to look for among the deliveries.
    event_id: String,
}

/// Has a webhook told of the event `webhook.tested`, whichever it has chosen; it comes in the way of all others, within seconds.
#[utoipa::path(
    post,
    path = "/admin/webhooks/{webhook_id}/test",
    operation_id = "test_webhook",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 202, description = "It is on its way.", body = Data<TestedWebhook>),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The webhook is disabled.", body = SimpleResponse),
    )
)]
pub async fn test(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<WebhookId>,
) -> Result<(StatusCode, Json<Data<TestedWebhook>>), ApiError> {
    let event = webhook::ping(&state, &caller, id, &source).await?;
    let answer = TestedWebhook { event_id: event.to_string() };
    Ok((StatusCode::ACCEPTED, Json(Data::new(answer, state.now()))))
}
