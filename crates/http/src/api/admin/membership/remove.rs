//! `DELETE /admin/memberships/{user_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::UserId;
use authms_core::membership;
use axum::extract::State;
use axum::http::StatusCode;

/// Takes a member out of the caller's tenant; the account stays. Ends their sessions there.
#[utoipa::path(
    delete,
    path = "/admin/memberships/{user_id}",
    operation_id = "remove_membership",
    tag = "memberships",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, description = "No such member of the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The last super_admin must stay.", body = SimpleResponse),
    )
)]
pub async fn remove(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    membership::remove(&state, &caller, user, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
