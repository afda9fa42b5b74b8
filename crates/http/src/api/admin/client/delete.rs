//! `DELETE /admin/oauth/clients/{client_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::client;
use authms_core::id::ClientId;
use axum::extract::State;
use axum::http::StatusCode;

/// Deletes a client; its sessions and tickets end at once.
#[utoipa::path(
    delete,
    path = "/admin/oauth/clients/{client_id}",
    operation_id = "delete_client",
    tag = "clients",
    params(("client_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "Deleted."),
        (status = 404, description = "No such client in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ClientId>,
) -> Result<StatusCode, ApiError> {
    client::delete(&state, &caller, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
