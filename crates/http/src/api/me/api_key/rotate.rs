//! `POST /auth/api-keys/{id}/rotate`

use super::CreatedApiKey;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, OptionalJson, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::ApiKeyId;
use authms_core::key::{self, Rotate};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// How to rotate.
#[derive(Deserialize, ToSchema, Default, Debug)]
pub struct RotateApiKeyRequest {
    /// How long the old secret works besides, in seconds: up to 604800 (7 days), 0 for not at all; 86400 by default.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<i64>,
}

/// Gives an API key a new secret; the old one works until the overlap is over, and what the key minted lives on.
///
/// At most two secrets work: rotating during an overlap ends the oldest at once.
#[utoipa::path(
    post,
    path = "/auth/api-keys/{id}/rotate",
    operation_id = "rotate_api_key",
    tag = "api keys",
    params(("id" = String, Path)),
    request_body = Option<RotateApiKeyRequest>,
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The key with its new secret.", body = Data<CreatedApiKey>),
        (status = 404, description = "No such key in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "The key is compromised, or was changed at the same moment.",
            body = SimpleResponse),
    )
)]
pub async fn rotate(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<ApiKeyId>,
    OptionalJson(body): OptionalJson<RotateApiKeyRequest>,
) -> Result<Json<Data<CreatedApiKey>>, ApiError> {
    let ask = Rotate { overlap_seconds: body.overlap_seconds };
    let rotated = key::rotate(&state, &caller, id, ask, &source).await?;
    Ok(Json(Data::new(rotated.into(), state.now())))
}
