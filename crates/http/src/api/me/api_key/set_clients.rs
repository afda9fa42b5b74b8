//! `PUT /auth/api-keys/{id}/clients`

use super::{ApiKeyInfo, clients};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// The clients that a key mints for.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateApiKeyClientsRequest {
    /// At most 32; none: any, and tickets that are bound to none.
    client_ids: Vec<Text<64>>,
}

/// Has an API key mint only tickets that are bound to one of these clients.
#[utoipa::path(
    put,
    path = "/auth/api-keys/{id}/clients",
    operation_id = "set_api_key_clients",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = UpdateApiKeyClientsRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key or client in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The key is compromised, or was changed at the same moment.",
            body = SimpleResponse),
    )
)]
pub async fn set_clients(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<UpdateApiKeyClientsRequest>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::set_clients(&state, &caller, id, clients(body.client_ids)?, &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
