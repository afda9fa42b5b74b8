//! `PUT /auth/api-keys/{id}/scopes`

use super::{ApiKeyInfo, scopes};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateApiKeyScopesRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateApiKeyScopesRequest {
    /// All that it may do from now on.
    scopes: Vec<Text<32>>,
}

/// Replaces what an API key may do; what it minted before lives on.
#[utoipa::path(
    put,
    path = "/auth/api-keys/{id}/scopes",
    operation_id = "set_api_key_scopes",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = UpdateApiKeyScopesRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The key is compromised, or was changed at the same moment.",
            body = SimpleResponse),
    )
)]
pub async fn set_scopes(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<UpdateApiKeyScopesRequest>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::set_scopes(&state, &caller, id, scopes(body.scopes)?, &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
