//! `DELETE /auth/me/devices/{device_id}`

use crate::api::me::trusted_device::forget::forget;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::DeviceId;
use axum::extract::State;

/// The same as `DELETE /trusted-devices/{device_id}`.
#[utoipa::path(
    delete,
    path = "/auth/me/devices/{device_id}",
    operation_id = "forget_my_device",
    tag = "devices",
    params(("device_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Forgotten.", body = SimpleResponse),
        (status = 404, description = "The caller has no such device.", body = SimpleResponse),
    )
)]
pub async fn forget_mine(
    state: State<AppState>,
    me: Me,
    source: Source,
    id: Path<DeviceId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    forget(state, me, source, id).await
}
