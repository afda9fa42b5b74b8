//! `GET /admin/security/risk-events/aggregation`

use super::{RiskEventDayCount, RiskEventTypeCount, RiskScoreRange, days, ranges, types};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::risk;
use authms_core::time::Day;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which days to count.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Days {
    /// The first day in UTC, `2026-05-01`; 30 days in all without it.
    start_date: Option<Text<64>>,
    /// The last day; today without it, and at most a year after the first.
    end_date: Option<Text<64>>,
}

/// Risk events, counted.
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskAggregation {
    /// By day, also the days without any.
    day_counts: Vec<RiskEventDayCount>,
    /// The last day.
    end_date: String,
    /// By the signal that added the most.
    event_types: Vec<RiskEventTypeCount>,
    /// By score.
    score_ranges: Vec<RiskScoreRange>,
    /// The first day.
    start_date: String,
    /// All of them.
    total: u64,
}

/// Counts the risk events of some days.
#[utoipa::path(
    get,
    path = "/admin/security/risk-events/aggregation",
    operation_id = "aggregate_risk_events",
    tag = "security",
    params(Days),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How many there were.", body = Data<RiskAggregation>),
        (status = 400, description = "These are no days.", body = SimpleResponse),
    )
)]
pub async fn aggregation(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(asked): Query<Days>,
) -> Result<Json<Data<RiskAggregation>>, ApiError> {
    let day = |member, text: Option<Text<64>>| {
        let read = |t: Text<64>| t.parse::<Day>().map_err(|_| ApiError::malformed(member, "must be a date"));
        text.map(read).transpose()
    };
    let (from, to) = (day("start_date", asked.start_date)?, day("end_date", asked.end_date)?);
    let counted = risk::aggregation(&state, &caller, from, to).await?;
    let aggregation = RiskAggregation {
        day_counts: days(&counted),
        end_date: counted.days.end().to_string(),
        event_types: types(&counted),
        score_ranges: ranges(&counted),
        start_date: counted.days.start().to_string(),
        total: counted.total(|_| true),
    };
    Ok(Json(Data::new(aggregation, state.now())))
}
