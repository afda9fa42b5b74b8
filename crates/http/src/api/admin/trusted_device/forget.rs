//! `DELETE /admin/trusted-devices/{device_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;

/// Forgets a user's device: its secret is worth nothing from then on.
#[utoipa::path(
    delete,
    path = "/admin/trusted-devices/{device_id}",
    operation_id = "forget_users_trusted_device",
    tag = "users",
    params(("device_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Forgotten.", body = SimpleResponse),
        (status = 404, description = "No such device in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn forget(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<DeviceId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    device::forget_of(&state, &caller, id, &source).await?;
    Ok(Json(SimpleResponse::success("device forgotten", state.now())))
}
