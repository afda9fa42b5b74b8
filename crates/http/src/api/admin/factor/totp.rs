//! `GET /admin/mfa/totp/{user_id}`

use crate::api::me::mfa::list::whole;
use crate::api::me::totp::TotpDeviceItem;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{List, SimpleResponse};
use authms_core::factor::{self, FactorKind};
use authms_core::id::UserId;
use axum::extract::State;

/// A user's authenticator apps, oldest first.
#[utoipa::path(
    get,
    path = "/admin/mfa/totp/{user_id}",
    operation_id = "list_users_totp_devices",
    tag = "security",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "All of them.", body = List<TotpDeviceItem>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn totp(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(user): Path<UserId>,
) -> Result<Json<List<TotpDeviceItem>>, ApiError> {
    let mut items = factor::factors_of(&state, &caller, user).await?;
    items.retain(|f| f.kind == FactorKind::Totp);
    Ok(Json(List::new(whole(items), TotpDeviceItem::from, state.now())))
}
