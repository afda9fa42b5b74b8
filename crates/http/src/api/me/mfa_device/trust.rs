//! `POST /mfa/trusted-devices`

use super::TrustedDeviceItem;
use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::device::{self, Register};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much is kept of a user agent, in characters.
const KEPT: usize = 256;

/// `dto.TrustDeviceRequest`, and whether to trust it.
#[derive(Deserialize, ToSchema, Debug)]
pub struct TrustMfaDeviceRequest {
    /// What it calls itself: shown, and never believed.
    device_fingerprint: Text<256>,
    /// What its user calls it, 1–100 characters.
    device_name: Text<100>,
    /// `false`: it is only known again, and a second factor is asked for as before.
    trust: Option<bool>,
    /// What it says that it is; the request's `User-Agent` if absent.
    user_agent: Option<Text<1024>>,
}

/// `dto.TrustedDeviceItem` with its secret.
#[derive(Serialize, ToSchema, Debug)]
pub struct RegisteredDeviceItem {
    /// The device.
    #[serde(flatten)]
    device: TrustedDeviceItem,
    /// What it presents from now on, in `X-Device-Token`; shown this once.
    device_token: String,
}

/// Registers the device that the caller sits at, and has it trusted for 30 days.
///
/// Trusting needs a second factor that was proved in this session: at its sign-in, or for a step-up token. A request that
/// presents the device's `X-Device-Token` renews that.
#[utoipa::path(
    post,
    path = "/mfa/trusted-devices",
    operation_id = "trust_mfa_device",
    tag = "devices",
    params(
        ("X-Device-Token" = Option<String>, Header, description = "The device's present secret."),
        ("X-Step-Up-Token" = Option<String>, Header),
    ),
    request_body = TrustMfaDeviceRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "Registered.", body = Data<RegisteredDeviceItem>),
        (status = 401, description = "40800251: no second factor was proved in this session.",
            body = SimpleResponse),
    )
)]
pub async fn trust(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<TrustMfaDeviceRequest>,
) -> Result<(StatusCode, Json<Data<RegisteredDeviceItem>>), ApiError> {
    let ask = Register {
        name: Some(body.device_name.into_string()),
        fingerprint: Some(body.device_fingerprint.into_string()),
        user_agent: body.user_agent.map(|text| text.chars().take(KEPT).collect()),
        trust: body.trust.unwrap_or(true),
        step_up: token,
    };
    let registered = device::register(&state, &me, ask, &source).await?;
    let answer = RegisteredDeviceItem {
        device: registered.device.into(),
        device_token: registered.token.expose().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(Data::new(answer, state.now()))))
}
