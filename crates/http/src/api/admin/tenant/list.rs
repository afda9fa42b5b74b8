//! `GET /admin/tenants`

use super::TenantDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::tenant;
use axum::extract::State;

/// All tenants for super administrators of the default tenant; for anybody else their own.
#[utoipa::path(
    get,
    path = "/admin/tenants",
    operation_id = "list_tenants",
    tag = "tenants",
    params(Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "A page of them.", body = List<TenantDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TenantDetails>>, ApiError> {
    let page = tenant::list(&state, &caller, paging.request()).await?;
    Ok(Json(List::new(page, TenantDetails::from, state.now())))
}
