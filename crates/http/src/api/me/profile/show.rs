//! `GET /auth/me`

use crate::error::ApiError;
use crate::extract::{Json, MyStanding};
use crate::state::AppState;
use crate::wire::{Data, UserInfo};
use authms_core::user;
use axum::extract::State;

/// The signed-in user.
#[utoipa::path(
    get,
    path = "/auth/me",
    operation_id = "me",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "The user.", body = Data<UserInfo>))
)]
pub async fn show(
    State(state): State<AppState>,
    MyStanding(me): MyStanding,
) -> Result<Json<Data<UserInfo>>, ApiError> {
    let profile = user::profile(&state, me).await?;
    Ok(Json(Data::new(profile.into(), state.now())))
}
