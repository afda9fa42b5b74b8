//! `PUT /devices/{id}/trust`

use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use authms_core::id::DeviceId;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.TrustDeviceRequest`
#[derive(Deserialize, ToSchema, Clone, Copy, Debug)]
pub struct SetDeviceTrustRequest {
    /// Whether it is trusted from now on.
    pub(super) trust: bool,
}

/// Has one of the caller's devices trusted for 30 days, or no longer.
///
/// Trusting needs a second factor that was proved in this session: at its sign-in, or for a step-up token.
#[utoipa::path(
    put,
    path = "/devices/{id}/trust",
    operation_id = "set_device_trust",
    tag = "devices",
    params(("id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = SetDeviceTrustRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Done.", body = SimpleResponse),
        (status = 401, description = "40800251: no second factor was proved in this session.",
            body = SimpleResponse),
        (status = 404, description = "The caller has no such device.", body = SimpleResponse),
    )
)]
pub async fn set_trust(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<DeviceId>,
    Json(body): Json<SetDeviceTrustRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    device::set_trust(&state, &me, id, (body.trust, token.as_ref()), &source).await?;
    let done = if body.trust { "device trusted" } else { "device trusted no longer" };
    Ok(Json(SimpleResponse::success(done, state.now())))
}
