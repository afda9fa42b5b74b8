//! `GET /mfa/trusted-devices/check`

use crate::error::ApiError;
use crate::extract::{Json, Me, Query, Source};
use crate::state::AppState;
use crate::wire::{Data, Text};
use authms_core::device;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which device is meant.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Checked {
    /// The caller.
    user_id: Text<64>,
    /// What the device calls itself.
    fingerprint: Text<256>,
}

/// `dto.ValidResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct TrustedDeviceCheck {
    /// Whether the device is trusted now.
    valid: bool,
}

/// Whether the device that asks is one of the caller's and trusted now. Its `X-Device-Token` shows it; a fingerprint that
/// is not its own takes that back, and alone shows nothing.
#[utoipa::path(
    get,
    path = "/mfa/trusted-devices/check",
    operation_id = "check_mfa_trusted_device",
    tag = "devices",
    params(Checked, ("X-Device-Token" = Option<String>, Header, description = "The device's secret.")),
    security(("bearer" = [])),
    responses((status = 200, description = "Whether it is.", body = Data<TrustedDeviceCheck>))
)]
pub async fn check(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Query(asked): Query<Checked>,
) -> Result<Json<Data<TrustedDeviceCheck>>, ApiError> {
    let mine = *asked.user_id == *me.user.to_string();
    let valid = mine && device::is_trusted(&state, &me, &asked.fingerprint, &source).await?;
    Ok(Json(Data::new(TrustedDeviceCheck { valid }, state.now())))
}
