//! `DELETE /admin/users/{user_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::UserId;
use authms_core::user;
use axum::extract::State;
use axum::http::StatusCode;

/// Deletes a user: ends everything at once and erases names and password. Only the identifier stays, for the audit log.
#[utoipa::path(
    delete,
    path = "/admin/users/{user_id}",
    operation_id = "delete_user",
    tag = "users",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The last super_admin must stay.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    user::delete(&state, &caller, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
