//! `POST /mfa/totp/devices`

use super::Shown;
use crate::error::ApiError;
use crate::extract::{Json, Source, Stepping};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::{self, Asked};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `dto.TOTPDeviceRegisterRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct TotpDeviceRegisterRequest {
    /// What the app is to call the account; by default the e-mail address, or else the user name.
    account: Option<Text<128>>,
    /// What the user calls the app.
    device_name: Text<64>,
}

/// `dto.TOTPDeviceRegisterResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct TotpDeviceRegistration {
    /// The factor's identifier.
    device_id: String,
    /// What the user calls the app.
    device_name: String,
    /// The QR code, as a PNG in a `data:` URL.
    qr_code: String,
    /// What the QR code says.
    qr_code_url: String,
    /// The secret, for typing.
    secret: String,
}

/// Begins the enrolment of one more authenticator app, as `/mfa/totp/setup` does.
#[utoipa::path(
    post,
    path = "/mfa/totp/devices",
    operation_id = "register_totp_device",
    tag = "factors",
    params(("X-Step-Up-Token" = Option<String>, Header)),
    request_body = TotpDeviceRegisterRequest,
    security(("bearer" = [])),
    responses(
        (status = 201, description = "The enrolment waits for the first code.", body = Data<TotpDeviceRegistration>),
        (status = 409, description = "There are five already.", body = SimpleResponse),
    )
)]
pub async fn register(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Json(body): Json<TotpDeviceRegisterRequest>,
) -> Result<(StatusCode, Json<Data<TotpDeviceRegistration>>), ApiError> {
    let asked = Asked { step_up: token, ..Asked::default() };
    let (name, account) = (Some(&*body.device_name), body.account.as_deref());
    let begun = factor::set_up_totp(&state, &me, name, account, &asked, &source).await?;
    let shown = Shown::of(&begun, &state.policy);
    let answer = TotpDeviceRegistration {
        device_id: begun.factor.id.to_string(),
        device_name: begun.factor.name,
        qr_code: shown.picture,
        qr_code_url: shown.url,
        secret: shown.secret,
    };
    Ok((StatusCode::CREATED, Json(Data::new(answer, state.now()))))
}
