//! `DELETE /mfa/trusted-devices/{credential_id}`

use crate::api::me::device;
use crate::error::ApiError;
use crate::extract::{Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::DeviceId;
use axum::extract::State;
use axum::http::StatusCode;

/// The same as `DELETE /devices/{id}`.
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
    state: State<AppState>,
    me: Me,
    source: Source,
    id: Path<DeviceId>,
) -> Result<StatusCode, ApiError> {
    device::forget::forget(state, me, source, id).await
}
