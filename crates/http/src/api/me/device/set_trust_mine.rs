//! `PUT /auth/me/devices/{device_id}/trust`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.SelfTrustDeviceRequest`
#[derive(Deserialize, ToSchema, Clone, Copy, Debug)]
pub struct SelfTrustDeviceRequest {
    /// Whether it is trusted from now on; `true` if absent.
    trusted: Option<bool>,
}

/// Has one of the caller's devices trusted for 30 days, or no longer.
///
/// Trusting needs a session in which a second factor was proved.
#[utoipa::path(
    put,
    path = "/auth/me/devices/{device_id}/trust",
    operation_id = "set_my_device_trust",
    tag = "devices",
    params(("device_id" = String, Path)),
    request_body = SelfTrustDeviceRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Done.", body = SimpleResponse),
        (status = 401, description = "40800251: no second factor was proved in this session.",
            body = SimpleResponse),
        (status = 404, description = "The caller has no such device.", body = SimpleResponse),
    )
)]
pub async fn set_trust_mine(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<DeviceId>,
    Json(body): Json<SelfTrustDeviceRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let trusted = body.trusted.unwrap_or(true);
    device::set_trust(&state, &me, id, trusted, &source).await?;
    let done = if trusted { "device trusted" } else { "device trusted no longer" };
    Ok(Json(SimpleResponse::success(done, state.now())))
}
