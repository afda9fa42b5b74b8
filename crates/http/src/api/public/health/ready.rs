//! `GET /health/ready`

use super::Health;
use crate::error::ApiError;
use crate::extract::Json;
use crate::frame::Frame;
use axum::extract::State;

/// The process can serve: its store answers. Send no traffic while this fails.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "health_ready",
    tag = "health",
    responses((status = 200, description = "It can.", body = Health))
)]
pub async fn ready(State(frame): State<Frame>) -> Result<Json<Health>, ApiError> {
    frame.store().installation().await?;
    Ok(Json(Health::OK))
}
