//! `GET /admin/users/{user_id}`

use super::UserWithIdentities;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;

/// One user of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/users/{user_id}",
    operation_id = "show_user",
    tag = "users",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The user.", body = Data<UserWithIdentities>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<UserId>,
) -> Result<Json<Data<UserWithIdentities>>, ApiError> {
    let member = user::get(&state, &caller, id).await?;
    Ok(Json(Data::new(member.into(), state.now())))
}
