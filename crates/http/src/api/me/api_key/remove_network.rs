//! `DELETE /auth/api-keys/{id}/ip-restrictions/{restriction_id}`

use super::ApiKeyInfo;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::{ApiKeyId, RestrictionId};
use authms_core::key;
use axum::extract::State;

/// Removes one of an API key's networks. With the last of them the restriction ends: the key may be used from anywhere.
#[utoipa::path(
    delete,
    path = "/auth/api-keys/{id}/ip-restrictions/{restriction_id}",
    operation_id = "remove_api_key_network",
    tag = "api keys",
    params(("id" = String, Path), ("restriction_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant, or no such network.",
            body = SimpleResponse),
        (status = 409, description = "The key is compromised, or was changed at the same moment.",
            body = SimpleResponse),
    )
)]
pub async fn remove_network(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path((id, network)): Path<(ApiKeyId, RestrictionId)>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::remove_network(&state, &caller, id, network, &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
