//! `PUT /admin/users/{user_id}/password`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse, Text, demand_plain};
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// A password for somebody else.
#[derive(Deserialize, ToSchema, Debug)]
pub struct SetPasswordRequest {
    /// The new password, which the user must change.
    new_password: SecretText<1024>,
    /// `plain`, the default; anything else is not supported: use TLS.
    password_transmission: Option<Text<32>>,
}

/// Gives a user a new password, which they must change, and ends all their sessions.
#[utoipa::path(
    put,
    path = "/admin/users/{user_id}/password",
    operation_id = "set_user_password",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = SetPasswordRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Set.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn set_password(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    Json(body): Json<SetPasswordRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    demand_plain(body.password_transmission.as_deref())?;
    user::set_password(&state, &caller, id, &body.new_password.into_secret(), &source).await?;
    Ok(Json(SimpleResponse::success("password set", state.now())))
}
