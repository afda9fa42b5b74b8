//! `DELETE /devices/{id}`

use crate::error::ApiError;
use crate::extract::{Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;
use axum::http::StatusCode;

/// Forgets one of the caller's devices: its secret is worth nothing from then on.
#[utoipa::path(
    delete,
    path = "/devices/{id}",
    operation_id = "forget_device",
    tag = "devices",
    params(("id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Forgotten."),
        (status = 404, description = "The caller has no such device.", body = SimpleResponse),
    )
)]
pub async fn forget(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<DeviceId>,
) -> Result<StatusCode, ApiError> {
    device::forget(&state, &me, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
