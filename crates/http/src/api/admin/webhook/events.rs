//! `GET /admin/webhooks/events`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::webhook;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// What a webhook can be told.
#[derive(Serialize, ToSchema, Debug)]
pub struct WebhookEvents {
    /// The names of all events, as in the audit log.
    events: Vec<&'static str>,
}

/// The events that webhooks can choose.
#[utoipa::path(
    get,
    path = "/admin/webhooks/events",
    operation_id = "list_webhook_events",
    tag = "webhooks",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "Their names.", body = Data<WebhookEvents>))
)]
pub async fn events(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<WebhookEvents>>, ApiError> {
    let events = webhook::names(&caller)?;
    Ok(Json(Data::new(WebhookEvents { events }, state.now())))
}
