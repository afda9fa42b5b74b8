//! `POST /admin/users/{user_id}/password-compromised`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, OptionalJson, Path, Source};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Text};
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// Why a password is known to others.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct PasswordCompromisedRequest {
    /// Why, for the audit log.
    reason: Option<Text<500>>,
}

/// Marks a user's password as known to others. It signs nobody in until its user has changed it; all their sessions and
/// tickets end at once.
#[utoipa::path(
    post,
    path = "/admin/users/{user_id}/password-compromised",
    operation_id = "mark_password_compromised",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = Option<PasswordCompromisedRequest>,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Marked.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The user has no password.", body = SimpleResponse),
    )
)]
pub async fn mark_compromised(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    OptionalJson(body): OptionalJson<PasswordCompromisedRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    user::mark_compromised(&state, &caller, id, body.reason.as_deref(), &source).await?;
    Ok(Json(SimpleResponse::success("marked", state.now())))
}
