//! `GET /mfa/status/{user_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::factor::{self, Factor, FactorKind};
use authms_core::id::UserId;
use authms_core::text;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.MFAStatusResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct MfaStatus {
    /// Where codes go by e-mail, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<String>,
    /// Whether codes by e-mail are enrolled.
    email_enabled: bool,
    /// Whether a passkey is enrolled.
    passkey_enabled: bool,
    /// Whether codes by SMS are enrolled.
    sms_enabled: bool,
    /// Where codes go by SMS, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_phone: Option<String>,
    /// Whether an authenticator app is enrolled.
    totp_enabled: bool,
}

/// Which second factors a user has: for themself, and for those who may look at users.
#[utoipa::path(
    get,
    path = "/mfa/status/{user_id}",
    operation_id = "factor_status",
    tag = "factors",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Which.", body = Data<MfaStatus>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<UserId>,
) -> Result<Json<Data<MfaStatus>>, ApiError> {
    let factors = factor::factors_of(&state, &caller, user).await?;
    let of = |kind| factors.iter().find(|f: &&Factor| f.kind == kind && f.is_enrolled());
    let address = |kind| of(kind).and_then(|f: &Factor| f.address.as_deref());
    let status = MfaStatus {
        email_address: address(FactorKind::Email).map(text::masked_email),
        email_enabled: of(FactorKind::Email).is_some(),
        passkey_enabled: of(FactorKind::Passkey).is_some(),
        sms_enabled: of(FactorKind::Sms).is_some(),
        sms_phone: address(FactorKind::Sms).map(text::masked_phone),
        totp_enabled: of(FactorKind::Totp).is_some(),
    };
    Ok(Json(Data::new(status, state.now())))
}
