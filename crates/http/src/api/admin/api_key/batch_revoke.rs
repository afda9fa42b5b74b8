//! `POST /admin/auth/api-keys/batch-revoke`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, Text};
use authms_core::id::ApiKeyId;
use authms_core::key;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most keys that one request revokes.
const MAX: usize = 100;

/// `dto.BatchRevokeRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct BatchRevokeRequest {
    /// At most 100.
    #[schema(max_items = 100)]
    ids: Vec<Text<64>>,
}

/// `dto.BatchRevokeResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct BatchRevokeResponse {
    /// Those that were not revoked: unknown, out of reach, or changed by somebody else at the same moment.
    failed: Vec<String>,
    /// How many were revoked.
    revoked: u32,
}

/// Declares many API keys compromised, each by itself: all that they minted ends at once, and none comes back.
#[utoipa::path(
    post,
    path = "/admin/auth/api-keys/batch-revoke",
    operation_id = "revoke_api_keys",
    tag = "api keys",
    request_body = BatchRevokeRequest,
    security(("bearer" = [])),
    responses((status = 200, description = "What became of them.", body = Data<BatchRevokeResponse>))
)]
pub async fn batch_revoke(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<BatchRevokeRequest>,
) -> Result<Json<Data<BatchRevokeResponse>>, ApiError> {
    if body.ids.len() > MAX {
        return Err(ApiError::malformed("ids", "must list at most 100 keys"));
    }
    let (known, mut failed) = read(body.ids);
    let done = key::revoke_all(&state, &caller, &known, &source).await?;
    failed.extend(done.failed.iter().map(ToString::to_string));
    let answer = BatchRevokeResponse { failed, revoked: done.revoked };
    Ok(Json(Data::new(answer, state.now())))
}

/// What may be keys, each once, and what is certainly none.
fn read(ids: Vec<Text<64>>) -> (Vec<ApiKeyId>, Vec<String>) {
    let once: BTreeSet<String> = ids.into_iter().map(Text::into_string).collect();
    let (mut known, mut failed) = (Vec::new(), Vec::new());
    for text in once {
        match ApiKeyId::parse(&text) {
            Some(id) => known.push(id),
            None => failed.push(text),
        }
    }
    (known, failed)
}
