//! `GET /admin/devices/{device_id}/risk`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Time};
use authms_core::device::{self, DeviceRisk};
use authms_core::id::DeviceId;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.DeviceRiskResponse`, answered bare.
#[derive(Serialize, ToSchema, Debug)]
pub struct DeviceRiskResponse {
    /// Sessions that were opened with it and live.
    active_sessions: u64,
    /// Attempts at its user's account that failed since they last signed in, at most 100.
    audit_failure_count: u32,
    /// Which.
    device_id: String,
    /// When this was assessed.
    evaluated_at: Time,
    /// Sessions that were opened with it, and ended otherwise than by time or by signing out.
    revoked_sessions: u64,
    /// The signals that spoke.
    risk_factors: Vec<&'static str>,
    /// `low`, `medium`, `high` or `critical`.
    risk_level: &'static str,
    /// 0–100.
    risk_score: u8,
    /// Sessions that were opened with it.
    total_sessions: u64,
}

/// How risky a sign-in with a device would be now, from where it was registered. Nothing is written.
#[utoipa::path(
    get,
    path = "/admin/devices/{device_id}/risk",
    operation_id = "device_risk",
    tag = "security",
    params(("device_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How risky.", body = DeviceRiskResponse),
        (status = 404, description = "No such device in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn risk(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<DeviceId>,
) -> Result<Json<DeviceRiskResponse>, ApiError> {
    let DeviceRisk { assessment, sessions, failures, at } = device::risk_of(&state, &caller, id).await?;
    Ok(Json(DeviceRiskResponse {
        active_sessions: sessions.active,
        audit_failure_count: failures,
        device_id: id.to_string(),
        evaluated_at: at.into(),
        revoked_sessions: sessions.revoked,
        risk_factors: assessment.observed.iter().map(|seen| seen.signal.as_str()).collect(),
        risk_level: assessment.level.as_str(),
        risk_score: assessment.score,
        total_sessions: sessions.total,
    }))
}
