//! `POST /admin/users/{user_id}/account-unlocks`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, OptionalJson, Path, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text};
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UnlockAccountRequest`
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct UnlockAccountRequest {
    /// Why, for the audit log.
    reason: Option<Text<500>>,
}

/// Gives a user all password attempts back, from every network. A disabled user stays disabled.
#[utoipa::path(
    post,
    path = "/admin/users/{user_id}/account-unlocks",
    operation_id = "unlock_user",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = Option<UnlockAccountRequest>,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Unlocked.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn unlock(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    OptionalJson(body): OptionalJson<UnlockAccountRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    user::unlock(&state, &caller, id, body.reason.as_deref(), &source).await?;
    Ok(Json(SimpleResponse::success("unlocked", state.now())))
}
