//! `GET /admin/security/risk-events`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, Text, Time};
use authms_core::id::UserId;
use authms_core::risk::{self, Observation, RiskEvent, RiskFilter, Signal};
use authms_core::time::{Day, Timestamp};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// Which risk events to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The signal that added the most.
    event_type: Option<Text<32>>,
    /// Of this user.
    user_id: Option<Text<64>>,
    /// Of this score or a higher one, 0–100.
    #[param(minimum = 0, maximum = 100)]
    min_score: Option<u8>,
    /// On this day (`2026-05-25`, in UTC) or later, or from this time (RFC 3339) on.
    start_date: Option<Text<64>>,
    /// On this day or earlier, or before this time.
    end_date: Option<Text<64>>,
}

/// `dto.RiskEventResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct RiskEventResponse {
    /// When.
    created_at: Time,
    /// The device, if it is one that we know.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    /// The signal that added the most.
    event_type: &'static str,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    geo_location: Option<String>,
    /// The event in the audit log that tells of the sign-in.
    id: String,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// JSON: `level`, `outcome` (`granted`, `challenged` or `refused`), `method`, and `observations` with `signal`, its
    /// `weight`, how much of it `counted`, and `what` was seen.
    metadata: String,
    /// 0–100.
    risk_score: f64,
    /// The user.
    user_id: String,
}

/// Sign-ins that stood out, newest first: their score was elevated, or the risk asked for a second factor or refused
/// them.
///
/// Of a user, of a type or of a time the newest 50,000 are looked at: narrow the list by time to see older ones.
#[utoipa::path(
    get,
    path = "/admin/security/risk-events",
    operation_id = "list_risk_events",
    tag = "security",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<RiskEventResponse>),
        (status = 400, description = "A filter cannot be read.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<RiskEventResponse>>, ApiError> {
    let page = risk::events(&state, &caller, read(filter)?, paging.request()).await?;
    Ok(Json(List::new(page, render, state.now())))
}

fn read(filter: Filter) -> Result<RiskFilter, ApiError> {
    let wrong = |member, problem| move || ApiError::malformed(member, problem);
    let user =
        |text: Text<64>| UserId::parse(&text).ok_or_else(wrong("user_id", "must be a user's identifier"));
    let signal =
        |text: Text<32>| Signal::parse(&text).ok_or_else(wrong("event_type", "must be the name of a signal"));
    let time = |member, text: Text<64>, day: fn(Day) -> Timestamp| {
        let read = text.parse::<Day>().map(day).or_else(|_| text.parse::<Timestamp>());
        read.map_err(|_| ApiError::malformed(member, "must be a date or a time of RFC 3339"))
    };
    Ok(RiskFilter {
        user: filter.user_id.map(user).transpose()?,
        signal: filter.event_type.map(signal).transpose()?,
        min_score: filter.min_score,
        from: filter.start_date.map(|text| time("start_date", text, Day::start)).transpose()?,
        until: filter.end_date.map(|text| time("end_date", text, |day| day.next().start())).transpose()?,
    })
}

fn render(event: RiskEvent) -> RiskEventResponse {
    let spoken = |o: &Observation| json!({ "signal": o.signal.as_str(), "weight": o.weight, "counted": o.counted, "what": o.what });
    let metadata = json!({
        "level": event.level.as_str(),
        "outcome": event.outcome.as_str(),
        "method": event.method.as_str(),
        "observations": event.observed.iter().map(spoken).collect::<Vec<_>>(),
    });
    RiskEventResponse {
        created_at: event.at.into(),
        device_id: event.device,
        event_type: event.signal.as_str(),
        geo_location: event.country.map(|country| country.to_string()),
        id: event.id.to_string(),
        ip: event.ip.map(|ip| ip.to_string()),
        metadata: metadata.to_string(),
        risk_score: event.score.into(),
        user_id: event.user.to_string(),
    }
}
