//! `POST /mfa/trusted-devices/cleanup`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::device;
use axum::extract::State;

/// Forgets those of the caller's devices that are known no longer; in time that happens by itself.
#[utoipa::path(
    post,
    path = "/mfa/trusted-devices/cleanup",
    operation_id = "clean_up_mfa_trusted_devices",
    tag = "devices",
    security(("bearer" = [])),
    responses((status = 200, description = "Done.", body = SimpleResponse))
)]
pub async fn clean_up(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
) -> Result<Json<SimpleResponse>, ApiError> {
    device::clean_up(&state, &me, &source).await?;
    Ok(Json(SimpleResponse::success("cleaned up", state.now())))
}
