//! `DELETE /trusted-devices/{device_id}`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;

/// Forgets one of the caller's devices, and with it that it was trusted.
#[utoipa::path(
    delete,
    path = "/trusted-devices/{device_id}",
    operation_id = "forget_trusted_device",
    tag = "devices",
    params(("device_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Forgotten.", body = SimpleResponse),
        (status = 404, description = "The caller has no such device.", body = SimpleResponse),
    )
)]
pub async fn forget(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<DeviceId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    device::forget(&state, &me, id, &source).await?;
    Ok(Json(SimpleResponse::success("device forgotten", state.now())))
}
