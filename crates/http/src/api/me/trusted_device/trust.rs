//! `POST /trusted-devices`

use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text, Time};
use authms_core::device::{self, Register};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.TrustDeviceRequest`, and whether to trust it.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TrustDeviceRequest {
    /// What it calls itself: shown, and never believed.
    device_fingerprint: Text<256>,
    /// What its user calls it, 1–100 characters.
    device_name: Option<Text<100>>,
    /// `false`: it is only known again, and a second factor is asked for as before.
    trust: Option<bool>,
}

/// A device is known from now on.
#[derive(Serialize, ToSchema, Debug)]
pub struct DeviceRegistered {
    /// 0: success.
    code: u32,
    /// What names the device.
    device_id: String,
    /// What it presents from now on, in `X-Device-Token`; shown this once.
    device_token: String,
    /// For people; may change.
    message: &'static str,
    /// When this was answered.
    timestamp: Time,
}

/// Registers the device that the caller sits at, and has it trusted for 30 days.
///
/// Trusting needs a second factor that was proved in this session: at its sign-in, or for a step-up token. A request that
/// presents the device's `X-Device-Token` renews that.
#[utoipa::path(
    post,
    path = "/trusted-devices",
    operation_id = "trust_device",
    tag = "devices",
    params(
        ("X-Device-Token" = Option<String>, Header, description = "The device's present secret."),
        ("X-Step-Up-Token" = Option<String>, Header),
    ),
    request_body = TrustDeviceRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Registered.", body = DeviceRegistered),
        (status = 401, description = "40800251: no second factor was proved in this session.",
            body = SimpleResponse),
    )
)]
pub async fn trust(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<TrustDeviceRequest>,
) -> Result<Json<DeviceRegistered>, ApiError> {
    let ask = Register {
        name: body.device_name.map(Text::into_string),
        fingerprint: Some(body.device_fingerprint.into_string()),
        user_agent: None,
        trust: body.trust.unwrap_or(true),
        step_up: token,
    };
    let registered = device::register(&state, &me, ask, &source).await?;
    Ok(Json(DeviceRegistered {
        code: 0,
        device_id: registered.device.id.to_string(),
        device_token: registered.token.expose().to_owned(),
        message: "device registered",
        timestamp: state.now().into(),
    }))
}
