//! `PUT /auth/api-keys/{id}/status`

use super::ApiKeyInfo;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::ApiKeyId;
use authms_core::key::{self, ApiKeyStatus};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateApiKeyStatusRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateApiKeyStatusRequest {
    /// `active` or `inactive`.
    status: Text<16>,
}

/// Switches an API key off or on. Off, the tickets and sessions that it minted end at once.
#[utoipa::path(
    put,
    path = "/auth/api-keys/{id}/status",
    operation_id = "set_api_key_status",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = UpdateApiKeyStatusRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn set_status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<UpdateApiKeyStatusRequest>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let status = ApiKeyStatus::parse(&body.status)
        .ok_or_else(|| ApiError::malformed("status", "must be active or inactive"))?;
    let key = key::set_status(&state, &caller, id, status, &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
