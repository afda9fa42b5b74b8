//! `DELETE /mfa/trusted-devices/{credential_id}`

use crate::error::ApiError;
use crate::extract::{Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;
use axum::http::StatusCode;

/// Forgets one of the caller's devices, and with it that it was trusted.
#[utoipa::path(
    delete,
    path = "/mfa/trusted-devices/{credential_id}",
    operation_id = "forget_mfa_trusted_device",
    tag = "devices",
    params(("credential_id" = String, Path)),
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
