//! `GET /.well-known/jwks.json`

use crate::cors::ANY_PAGE;
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

/// The public keys that verify our tokens (RFC 7517 §5): also those that will sign next, and those whose last token
/// has not expired yet.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    operation_id = "jwks",
    tag = "discovery",
    responses((status = 200, description = "A JWK set.", body = Object, content_type = "application/jwk-set+json"))
)]
pub async fn jwks(State(state): State<AppState>) -> Result<impl IntoResponse, ApiError> {
    let body = serde_json::to_vec(&state.keys.ring().jwks()).map_err(ApiError::internal)?;
    let age = format!("public, max-age={}", state.policy.jwks_max_age.as_seconds());
    Ok((ANY_PAGE, [(CONTENT_TYPE, "application/jwk-set+json".to_owned()), (CACHE_CONTROL, age)], body))
}
