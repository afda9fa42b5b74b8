//! `POST /admin/security/risk-config/reset`

use super::{RiskConfigResponse, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::risk;
use axum::extract::State;

/// Goes back to the defaults.
#[utoipa::path(
    post,
    path = "/admin/security/risk-config/reset",
    operation_id = "reset_risk_config",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The defaults.", body = Data<RiskConfigResponse>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn reset(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
) -> Result<Json<Data<RiskConfigResponse>>, ApiError> {
    let config = risk::reset_config(&state, &caller, &source).await?;
    Ok(Json(Data::new(render(&config, caller.tenant()), state.now())))
}
