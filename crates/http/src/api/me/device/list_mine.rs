//! `GET /auth/me/devices`

use super::DeviceInfo;
use super::list::list;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query, Source};
use crate::state::AppState;
use crate::wire::{List, Paging};
use axum::extract::State;

/// The same as `GET /devices`.
#[utoipa::path(
    get,
    path = "/auth/me/devices",
    operation_id = "my_devices",
    tag = "devices",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<DeviceInfo>))
)]
pub async fn list_mine(
    state: State<AppState>,
    me: Me,
    source: Source,
    paging: Query<Paging>,
) -> Result<Json<List<DeviceInfo>>, ApiError> {
    list(state, me, source, paging).await
}
