//! `GET /mfa/trusted-devices/{credential_id}`

use super::TrustedDeviceItem;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;

/// One of the caller's devices that are trusted now.
#[utoipa::path(
    get,
    path = "/mfa/trusted-devices/{credential_id}",
    operation_id = "show_mfa_trusted_device",
    tag = "devices",
    params(("credential_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The device.", body = TrustedDeviceItem),
        (status = 404, description = "The caller trusts no such device.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<DeviceId>,
) -> Result<Json<TrustedDeviceItem>, ApiError> {
    let shown = device::get_mine(&state, &me, id, &source).await?;
    Ok(Json(shown.into()))
}
