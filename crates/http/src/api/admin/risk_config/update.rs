//! `PUT /admin/security/risk-config`

use super::{RiskConfigResponse, SignalWeights, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::risk::{self, UpdateRiskConfig};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `handler.riskConfigRequest`: what is to change; absent members and weights stay. The thresholds must keep their order.
#[derive(Deserialize, ToSchema, Debug)]
pub struct RiskConfigRequest {
    /// Above this score a sign-in is refused, with an alert; 100: never.
    #[schema(minimum = 0, maximum = 100)]
    critical_threshold: Option<i64>,
    /// From this score on a sign-in is kept as a risk event even if it was granted without a question.
    #[schema(minimum = 0, maximum = 100)]
    elevated_threshold: Option<i64>,
    /// Above this score a sign-in is `high`.
    #[schema(minimum = 0, maximum = 100)]
    high_threshold: Option<i64>,
    /// For so many days after a user was first seen, signals that compare with their past count half.
    #[schema(minimum = 0, maximum = 365)]
    learning_period_days: Option<i64>,
    /// Up to this score a sign-in is `low`, above it `medium`.
    #[schema(minimum = 0, maximum = 100)]
    moderate_threshold: Option<i64>,
    /// Whether sessions are assessed again when they are refreshed.
    session_risk_enabled: Option<bool>,
    /// How much each signal adds to the score.
    signal_weights: Option<SignalWeights>,
}

/// Changes what the caller's tenant makes of signals, for sign-ins from now on.
#[utoipa::path(
    put,
    path = "/admin/security/risk-config",
    operation_id = "update_risk_config",
    tag = "security",
    request_body = RiskConfigRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The configuration.", body = Data<RiskConfigResponse>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<RiskConfigRequest>,
) -> Result<Json<Data<RiskConfigResponse>>, ApiError> {
    let ask = UpdateRiskConfig {
        weights: body.signal_weights.map(SignalWeights::given).unwrap_or_default(),
        moderate_threshold: body.moderate_threshold,
        elevated_threshold: body.elevated_threshold,
        high_threshold: body.high_threshold,
        critical_threshold: body.critical_threshold,
        learning_period_days: body.learning_period_days,
        session_risk_enabled: body.session_risk_enabled,
    };
    let config = risk::update_config(&state, &caller, ask, &source).await?;
    Ok(Json(Data::new(render(&config, caller.tenant()), state.now())))
}
