//! `DELETE /auth/api-keys/{id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;
use axum::http::StatusCode;

/// Deletes an API key. The tickets and sessions that it minted end at once; to change its secret without signing
/// anybody out, rotate it.
#[utoipa::path(
    delete,
    path = "/auth/api-keys/{id}",
    operation_id = "delete_api_key",
    tag = "api keys",
    params(("id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, ApiError> {
    key::delete(&state, &caller, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
