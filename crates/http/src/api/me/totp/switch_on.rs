//! `POST /mfa/totp/devices/{device_id}/enable`

use super::TotpDeviceItem;
use crate::error::ApiError;
use crate::extract::{Json, OptionalJson, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::{ChangeFactorRequest, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use authms_core::id::FactorId;
use axum::extract::State;

/// Switches one of the caller's authenticator apps on. Asks for a step-up. Switched on, its failures are forgotten.
#[utoipa::path(
    post,
    path = "/mfa/totp/devices/{device_id}/enable",
    operation_id = "enable_totp_device",
    tag = "factors",
    params(("device_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    request_body = ChangeFactorRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The app.", body = TotpDeviceItem),
        (status = 404, description = "The caller has no such app.", body = SimpleResponse),
    )
)]
pub async fn switch_on(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<FactorId>,
    OptionalJson(body): OptionalJson<ChangeFactorRequest>,
) -> Result<Json<TotpDeviceItem>, ApiError> {
    let factor =
        factor::switch(&state, &me, (FactorKind::Totp, id), true, &body.asked(token), &source).await?;
    Ok(Json(factor.into()))
}
