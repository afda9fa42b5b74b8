//! `GET /admin/webhooks`

use super::WebhookDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::webhook;
use axum::extract::State;

/// The webhooks of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/webhooks",
    operation_id = "list_webhooks",
    tag = "webhooks",
    params(Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<WebhookDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(paging): Query<Paging>,
) -> Result<Json<List<WebhookDetails>>, ApiError> {
    let page = webhook::list(&state, &caller, paging.request()).await?;
    Ok(Json(List::new(page, WebhookDetails::from, state.now())))
}
