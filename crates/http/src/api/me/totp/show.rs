//! `GET /mfa/totp/devices/{device_id}`

use super::TotpDeviceItem;
use crate::codes;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::factor::{self, FactorKind};
use authms_core::id::FactorId;
use axum::extract::State;

/// One of the caller's authenticator apps.
#[utoipa::path(
    get,
    path = "/mfa/totp/devices/{device_id}",
    operation_id = "show_totp_device",
    tag = "factors",
    params(("device_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The app.", body = TotpDeviceItem),
        (status = 404, description = "The caller has no such app.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Me(me): Me,
    Path(id): Path<FactorId>,
) -> Result<Json<TotpDeviceItem>, ApiError> {
    let mine = factor::mine(&state, &me).await?;
    let found = mine.into_iter().find(|f| f.id == id && f.kind == FactorKind::Totp);
    found.map(|f| Json(f.into())).ok_or_else(|| codes::FACTOR_NOT_FOUND.into())
}
