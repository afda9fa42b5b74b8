//! `PUT /auth/me/devices/{device_id}/trust`

use super::set_trust::{SetDeviceTrustRequest, set_trust};
use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::SimpleResponse;
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

/// The same as `PUT /devices/{id}/trust`.
#[utoipa::path(
    put,
    path = "/auth/me/devices/{device_id}/trust",
    operation_id = "set_my_device_trust",
    tag = "devices",
    params(("device_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
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
    state: State<AppState>,
    stepping: Stepping,
    source: Source,
    id: Path<DeviceId>,
    Json(body): Json<SelfTrustDeviceRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    let body = SetDeviceTrustRequest { trust: body.trusted.unwrap_or(true) };
    set_trust(state, stepping, source, id, Json(body)).await
}
