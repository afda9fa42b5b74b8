//! `GET /mfa/totp/devices`

use super::TotpDeviceItem;
use crate::api::me::mfa::list::{Whose, whole};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use axum::extract::State;

/// A user's authenticator apps, oldest first.
#[utoipa::path(
    get,
    path = "/mfa/totp/devices",
    operation_id = "list_totp_devices",
    tag = "factors",
    params(Whose),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "All of them.", body = List<TotpDeviceItem>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(whose): Query<Whose>,
) -> Result<Json<List<TotpDeviceItem>>, ApiError> {
    let user = whose.user(&caller)?;
    let mut items = factor::factors_of(&state, &caller, user).await?;
    items.retain(|f| f.kind == FactorKind::Totp);
    Ok(Json(List::new(whole(items), TotpDeviceItem::from, state.now())))
}
