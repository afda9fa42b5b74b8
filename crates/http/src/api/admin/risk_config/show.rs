//! `GET /admin/security/risk-config`

use super::{RiskConfigResponse, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::risk;
use axum::extract::State;

/// What the caller's tenant makes of signals.
#[utoipa::path(
    get,
    path = "/admin/security/risk-config",
    operation_id = "show_risk_config",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The configuration.", body = Data<RiskConfigResponse>))
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<RiskConfigResponse>>, ApiError> {
    let config = risk::config(&state, &caller).await?;
    Ok(Json(Data::new(render(&config, caller.tenant()), state.now())))
}
