//! `GET /admin/webhooks/{webhook_id}/deliveries`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, Text, Time};
use authms_core::id::WebhookId;
use authms_core::webhook::{self, Delivery, DeliveryState};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which deliveries.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `waiting`, `delivered` or `dead`; by default all.
    status: Option<Text<16>>,
}

/// What became of an event on its way to a webhook.
#[derive(Serialize, ToSchema, Debug)]
pub struct WebhookDelivery {
    /// How often it was tried.
    attempts: u32,
    /// When it was taken from the audit log.
    created_at: Time,
    /// When it was delivered, or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Time>,
    /// Why there was no answer the last time, or why it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The event's name.
    event: String,
    /// The event, also in the audit log; what `webhook-id` says.
    event_id: String,
    /// When it is tried next, if it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Time>,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_status: Option<u16>,
    /// `waiting`, `delivered` or `dead`.
    status: &'static str,
    /// Whom it concerns: of one, all is delivered in order.
    subject: String,
}

impl From<Delivery> for WebhookDelivery {
    fn from(delivery: Delivery) -> Self {
        let waits = delivery.state == DeliveryState::Waiting;
        Self {
            attempts: delivery.attempts,
            created_at: delivery.created_at.into(),
            ended_at: delivery.ended_at.map(Time),
            error: delivery.why,
            event: delivery.name,
            event_id: delivery.event.to_string(),
            next_attempt_at: waits.then_some(delivery.due_at.into()),
            response_status: delivery.status,
            status: delivery.state.as_str(),
            subject: delivery.subject,
        }
    }
}

/// What a webhook was told in the last 24 hours, is being told, and could not be told in the last 30 days, newest first: of the newest
/// 10,000.
#[utoipa::path(
    get,
    path = "/admin/webhooks/{webhook_id}/deliveries",
    operation_id = "list_webhook_deliveries",
    tag = "webhooks",
    params(("webhook_id" = String, Path), Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<WebhookDelivery>),
        (status = 404, description = "No such webhook in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn deliveries(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<WebhookDelivery>>, ApiError> {
    let unknown = || ApiError::malformed("status", "must be waiting, delivered or dead");
    let of_state = filter.status.map(|s| DeliveryState::parse(&s).ok_or_else(unknown)).transpose()?;
    let page = webhook::deliveries(&state, &caller, id, of_state, paging.request()).await?;
    Ok(Json(List::new(page, WebhookDelivery::from, state.now())))
}
