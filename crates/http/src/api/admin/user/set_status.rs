//! `PUT /admin/users/{user_id}/status`

use super::UserDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new status.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UserStatusRequest {
    /// `active` or `disabled`.
    status: Text<16>,
}

/// Disables or enables a user. Disabling ends all of the user's sessions and tickets at once.
#[utoipa::path(
    put,
    path = "/admin/users/{user_id}/status",
    operation_id = "set_user_status",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = UserStatusRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The user.", body = Data<UserDetails>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The last super_admin must stay.", body = SimpleResponse),
    )
)]
pub async fn set_status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    Json(body): Json<UserStatusRequest>,
) -> Result<Json<Data<UserDetails>>, ApiError> {
    let enable = match &*body.status {
        "active" => true,
        "disabled" => false,
        _ => return Err(ApiError::malformed("status", "must be active or disabled")),
    };
    let member = user::set_status(&state, &caller, id, enable, &source).await?;
    Ok(Json(Data::new(member.into(), state.now())))
}
