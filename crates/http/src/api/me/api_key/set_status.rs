//! `PUT /auth/api-keys/{id}/status`

use super::{ApiKeyInfo, status};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateApiKeyStatusRequest`, and `compromised`.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateApiKeyStatusRequest {
    /// `active`, `inactive` or `compromised`.
    status: Text<16>,
}

/// Switches an API key off or on, or declares it compromised, which cannot be undone.
///
/// Off or compromised, it is refused everywhere, and the tickets and sessions that it minted end at once.
#[utoipa::path(
    put,
    path = "/auth/api-keys/{id}/status",
    operation_id = "set_api_key_status",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = UpdateApiKeyStatusRequest,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key.", body = Data<ApiKeyInfo>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The key is compromised, and stays so.", body = SimpleResponse),
    )
)]
pub async fn set_status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    Json(body): Json<UpdateApiKeyStatusRequest>,
) -> Result<Json<Data<ApiKeyInfo>>, ApiError> {
    let key = key::set_status(&state, &caller, id, status(&body.status)?, &source).await?;
    Ok(Json(Data::new(key.into(), state.now())))
}
