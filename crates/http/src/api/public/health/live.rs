//! `GET /health/live`

use super::Health;
use crate::extract::Json;

/// The process runs; restart it if this fails.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "health_live",
    tag = "health",
    responses((status = 200, description = "It does.", body = Health))
)]
pub async fn live() -> Json<Health> {
    Json(Health::OK)
}
