//! `PUT /admin/webhooks/{webhook_id}`

use super::{WebhookDetails, strings};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{AtMost, Data, SimpleResponse, Text};
use authms_core::id::WebhookId;
use authms_core::webhook::{self, EVENTS, UpdateWebhook};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to change; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateWebhookRequest {
    /// Where to from now on; what waits goes there, too.
    url: Option<Text<2048>>,
    /// What it is called, up to 200 characters.
    description: Option<Text<200>>,
    /// Which events from now on, 1–100.
    #[schema(value_type = Option<Vec<Text<64>>>, max_items = 100)]
    events: Option<AtMost<EVENTS, Text<64>>>,
    /// `active` or `disabled`. Active again, it is told of what happened meanwhile, as far as the audit log is kept.
    status: Option<Text<16>>,
    /// With `status` `active`: it is told of nothing that happened before.
    skip_missed: Option<bool>,
}

/// Changes a webhook.
#[utoipa::path(
    put,
    path = "/admin/webhooks/{webhook_id}",
    operation_id = "update_webhook",
    tag = "webhooks",
    params(("webhook_id" = String, Path)),
    request_body = UpdateWebhookRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The webhook.", body = Data<WebhookDetails>),
        (status = 400, description = "The request is malformed, or nothing may be posted to the URL.", body = SimpleResponse),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<WebhookId>,
    Json(body): Json<UpdateWebhookRequest>,
) -> Result<Json<Data<WebhookDetails>>, ApiError> {
    let is_enabled = match body.status.as_deref() {
        None => None,
        Some("active") => Some(true),
        Some("disabled") => Some(false),
        Some(_) => return Err(ApiError::malformed("status", "must be active or disabled")),
    };
    let ask = UpdateWebhook {
        url: body.url.map(Text::into_string),
        description: body.description.map(Text::into_string),
        events: body.events.map(strings),
        is_enabled,
        skip_missed: body.skip_missed.unwrap_or(false),
    };
    let webhook = webhook::update(&state, &caller, id, ask, &source).await?;
    Ok(Json(Data::new(webhook.into(), state.now())))
}
