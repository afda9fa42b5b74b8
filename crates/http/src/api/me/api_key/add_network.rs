//! `POST /auth/api-keys/{id}/ip-restrictions`

use super::{AddIpRestrictionRequest, ApiKeyInfo};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;

/// Restricts an API key to one more network. The first shuts out everything else: used from elsewhere, the key is
/// refused like any wrong one.
#[utoipa::path(
    post,
    path = "/auth/api-keys/{id}/ip-restrictions",
    operation_id = "add_api_key_network",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = AddIpRestrictionRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The key is compromised, or was changed at the same moment.",
            body = SimpleResponse),
    )
)]
pub async fn add_network(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<AddIpRestrictionRequest>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::add_network(&state, &caller, id, body.into(), &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
