//! `GET /admin/trusted-devices`

use crate::api::me::trusted_device::TrustedDevice;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, UserIdText};
use authms_core::device::{self, Listed};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Whose devices.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The user.
    #[param(value_type = String)]
    user_id: UserIdText,
}

/// A user's devices that are trusted now, newest first.
#[utoipa::path(
    get,
    path = "/admin/trusted-devices",
    operation_id = "list_users_trusted_devices",
    tag = "users",
    params(Whose, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<TrustedDevice>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(whose): Query<Whose>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TrustedDevice>>, ApiError> {
    let (user, page) = (whose.user_id.0, paging.request());
    let page = device::list_of(&state, &caller, user, Listed::Trusted, page).await?;
    Ok(Json(List::new(page, TrustedDevice::from, state.now())))
}
