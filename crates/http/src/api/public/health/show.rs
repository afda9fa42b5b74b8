//! `GET /health`

use super::Health;
use crate::extract::Json;

/// The process runs.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "health",
    responses((status = 200, description = "It does.", body = Health))
)]
pub async fn show() -> Json<Health> {
    Json(Health::OK)
}
