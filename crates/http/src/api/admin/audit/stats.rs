//! `GET /admin/audit/stats`

use super::AuditLog;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::audit;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// `dto.AuditStatsResponse`. What is not measured is absent.
#[derive(Serialize, ToSchema, Default, Debug)]
pub struct AuditStats {
    /// The tenants that are counted: the caller's own.
    active_tenants: u32,
    /// The newest 10,000 events by name.
    by_action: BTreeMap<String, u64>,
    /// The same by level.
    by_level: BTreeMap<String, u64>,
    /// The same by what their names begin with, up to the dot.
    by_module: BTreeMap<String, u64>,
    /// The same by status.
    by_status: BTreeMap<String, u64>,
    /// The tenant.
    tenant_id: String,
    /// Events that were sealed today, in UTC.
    today_entries: u64,
    /// Events that are sealed.
    total_logs: u64,
    /// Events that were sealed on each of the last 30 days, today last.
    trend: Vec<TimePoint>,
}

/// `dto.TimePointResp`
#[derive(Serialize, ToSchema, Debug)]
pub struct TimePoint {
    /// How many.
    count: u64,
    /// When the day began, in seconds since 1970.
    timestamp: i64,
}

/// How much happens in the caller's tenant: how many events there are, and of which kinds the newest are.
#[utoipa::path(
    get,
    path = "/admin/audit/stats",
    operation_id = "audit_stats",
    tag = "audit",
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The counts.", body = Data<AuditStats>),
        (status = 403, description = "The caller may not read the log.", body = SimpleResponse),
    )
)]
pub async fn stats(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<AuditStats>>, ApiError> {
    let counts = audit::counts(&state, &caller).await?;
    let mut stats = AuditStats {
        active_tenants: 1,
        tenant_id: caller.tenant().to_string(),
        today_entries: counts.days.last().map_or(0, |(_, count)| *count),
        total_logs: counts.total,
        trend: counts
            .days
            .iter()
            .map(|(day, count)| TimePoint { count: *count, timestamp: day.as_seconds() })
            .collect(),
        ..AuditStats::default()
    };
    let mut from = counts.newest;
    while from < counts.total {
        let (shown, next) = audit::heard(&state, &caller, from).await?;
        for event in shown {
            let event = AuditLog::of(event, caller.tenant());
            *stats.by_status.entry(event.status.to_string()).or_default() += 1;
            *stats.by_action.entry(event.action).or_default() += 1;
            *stats.by_level.entry(event.level).or_default() += 1;
            *stats.by_module.entry(event.module).or_default() += 1;
        }
        from = next;
    }
    Ok(Json(Data::new(stats, state.now())))
}
