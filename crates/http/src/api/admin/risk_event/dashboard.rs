//! `GET /admin/security/risk-dashboard`

use super::{RiskEventDayCount, RiskEventTypeCount, RiskScoreRange, days, ranges, types};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::risk::{self, RiskyUser};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `handler.riskDashboardResponse`: the last 30 days, in UTC.
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskDashboardResponse {
    /// Events by day, also the days without any.
    day_counts: Vec<RiskEventDayCount>,
    /// Events by score.
    score_ranges: Vec<RiskScoreRange>,
    /// The tenant.
    tenant_id: String,
    /// Events of today.
    today_total: u64,
    /// Events by the signal that added the most.
    top_event_types: Vec<RiskEventTypeCount>,
    /// The ten users with the most events: among the newest 50,000, if there are more.
    top_risk_users: Vec<TopRiskUser>,
}

/// `domain.TopRiskUser`
#[derive(Serialize, ToSchema, Debug)]
pub struct TopRiskUser {
    /// The mean of the scores.
    avg_score: f64,
    /// So many events.
    count: u64,
    /// The highest score.
    max_score: f64,
    /// The user.
    user_id: String,
}

impl From<RiskyUser> for TopRiskUser {
    fn from(user: RiskyUser) -> Self {
        Self {
            avg_score: user.average,
            count: user.count,
            max_score: user.highest.into(),
            user_id: user.user.to_string(),
        }
    }
}

/// Risk events at a glance.
#[utoipa::path(
    get,
    path = "/admin/security/risk-dashboard",
    operation_id = "risk_dashboard",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The last 30 days.", body = Data<RiskDashboardResponse>))
)]
pub async fn dashboard(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<RiskDashboardResponse>>, ApiError> {
    let (counted, users) = risk::dashboard(&state, &caller).await?;
    let today = *counted.days.end();
    let dashboard = RiskDashboardResponse {
        day_counts: days(&counted),
        score_ranges: ranges(&counted),
        tenant_id: caller.tenant().to_string(),
        today_total: counted.total(|count| count.day == today),
        top_event_types: types(&counted),
        top_risk_users: users.into_iter().map(TopRiskUser::from).collect(),
    };
    Ok(Json(Data::new(dashboard, state.now())))
}
