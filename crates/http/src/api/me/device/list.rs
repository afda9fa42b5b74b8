//! `GET /devices`

use super::DeviceInfo;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query, Source};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::device::{self, Listed};
use axum::extract::State;

/// The caller's devices, newest first.
#[utoipa::path(
    get,
    path = "/devices",
    operation_id = "list_devices",
    tag = "devices",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<DeviceInfo>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Query(paging): Query<Paging>,
) -> Result<Json<List<DeviceInfo>>, ApiError> {
    let page = device::list_mine(&state, &me, Listed::All, paging.request(), &source).await?;
    Ok(Json(List::new(page, DeviceInfo::from, state.now())))
}
