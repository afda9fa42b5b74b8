//! `GET /auth/api-keys/{id}`

use super::ApiKeyInfo;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;

/// One API key of the caller's tenant.
#[utoipa::path(
    get,
    path = "/auth/api-keys/{id}",
    operation_id = "show_api_key",
    tag = "api keys",
    params(("id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<ApiKeyId>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::get(&state, &caller, id).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
