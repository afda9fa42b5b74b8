//! `GET /auth/api-keys`

use super::{ApiKeyInfo, Filter};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::key;
use axum::extract::State;

/// The API keys of the caller's tenant.
#[utoipa::path(
    get,
    path = "/auth/api-keys",
    operation_id = "list_api_keys",
    tag = "api keys",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<ApiKeyInfo>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ApiKeyInfo>>, ApiError> {
    let page = key::list(&state, &caller, filter.read()?, paging.request()).await?;
    Ok(Json(List::new(page, ApiKeyInfo::from, state.now())))
}
