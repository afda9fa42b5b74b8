//! `POST /admin/users/{user_id}/password-resets`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{SecretText, SimpleResponse};
use authms_core::id::UserId;
use authms_core::recovery;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.HTTPResetPasswordRequest`, none of which is needed: no administrator chooses or learns code or password.
#[derive(Deserialize, ToSchema, Debug)]
pub struct StartResetRequest {
    /// Not used, and the answer says so.
    new_password: Option<SecretText<1024>>,
    /// Not used, likewise.
    reset_token: Option<SecretText<256>>,
}

/// Sends a user a code with which they set their password anew, good for 24 hours by e-mail.
#[utoipa::path(
    post,
    path = "/admin/users/{user_id}/password-resets",
    operation_id = "start_password_reset",
    tag = "users",
    params(("user_id" = String, Path)),
    request_body = StartResetRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "Sent to the user's own address.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "40001303: one was sent less than a minute ago. 40001304: the user has no \
            address, or is not active.", body = SimpleResponse),
        (status = 501, description = "40001302: no transport for messages is configured.", body = SimpleResponse),
    )
)]
pub async fn reset_password(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
    Json(body): Json<StartResetRequest>,
) -> Result<Json<SimpleResponse>, ApiError> {
    recovery::start(&state, &caller, id, &source).await?;
    let said = if body.new_password.is_some() || body.reset_token.is_some() {
        "a code was sent to the user, who chooses the password: new_password and reset_token were not used"
    } else {
        "a code was sent to the user"
    };
    Ok(Json(SimpleResponse::success(said, state.now())))
}
