//! `DELETE /mfa/trusted-devices`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::device::{self, Which};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.TrustedDeviceCountResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct TrustedDeviceCount {
    /// How many were forgotten.
    count: u32,
}

/// Forgets all of the caller's devices that are trusted now.
#[utoipa::path(
    delete,
    path = "/mfa/trusted-devices",
    operation_id = "forget_mfa_trusted_devices",
    tag = "devices",
    security(("bearer" = [])),
    responses((status = 200, description = "How many there were.", body = Data<TrustedDeviceCount>))
)]
pub async fn forget_all(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
) -> Result<Json<Data<TrustedDeviceCount>>, ApiError> {
    let count = device::forget_all(&state, &me, Which::Trusted, &source).await?;
    Ok(Json(Data::new(TrustedDeviceCount { count }, state.now())))
}
