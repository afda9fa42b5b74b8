//! `GET /admin/oauth/clients`

use super::ClientDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::client;
use axum::extract::State;

/// The clients of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/oauth/clients",
    operation_id = "list_clients",
    tag = "clients",
    params(Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<ClientDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ClientDetails>>, ApiError> {
    let page = client::list(&state, &caller, paging.request()).await?;
    Ok(Json(List::new(page, ClientDetails::from, state.now())))
}
