//! `GET /admin/audit/logs`

use super::AuditLog;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, TenantIdText, Text, UserIdText};
use authms_core::audit::{self, AuditFilter};
use authms_core::id::EventId;
use authms_core::time::Timestamp;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which events to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The caller's tenant.
    #[param(value_type = Option<String>)]
    tenant_id: Option<TenantIdText>,
    /// In which this user is named, as whoever acted or was concerned.
    #[param(value_type = Option<String>)]
    user_id: Option<UserIdText>,
    /// Of this name, such as `user.created`.
    action: Option<Text<64>>,
    /// Whose names begin so, up to their dot.
    resource_type: Option<Text<64>>,
    /// From this time on, in seconds since 1970.
    start_time: Option<i64>,
    /// Before this time, in seconds since 1970.
    end_time: Option<i64>,
    /// Older than the event of this `id`: the way to go on from the last item of a page, however much is added meanwhile.
    cursor: Option<Text<64>>,
}

/// What happened in the caller's tenant, newest first.
///
/// Of the times that are asked for the newest 50,000 events are looked at: narrow them, or go on by `cursor`, to see older ones.
#[utoipa::path(
    get,
    path = "/admin/audit/logs",
    operation_id = "list_audit_logs",
    tag = "audit",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<AuditLog>),
        (status = 400, description = "A filter cannot be read.", body = SimpleResponse),
        (status = 403, description = "The caller may not read it, or names another tenant.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AuditLog>>, ApiError> {
    let named = filter.tenant_id.map(|tenant| tenant.0);
    let page = audit::entries(&state, &caller, named, read(filter)?, paging.request()).await?;
    Ok(Json(List::new(page, |shown| AuditLog::of(shown, caller.tenant()), state.now())))
}

fn read(filter: Filter) -> Result<AuditFilter, ApiError> {
    let time = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
    let event = |text: Text<64>| {
        EventId::parse(&text).ok_or_else(|| ApiError::malformed("cursor", "must be an event's identifier"))
    };
    Ok(AuditFilter {
        user: filter.user_id.map(|user| user.0),
        name: filter.action.map(Text::into_string),
        kind: filter.resource_type.map(Text::into_string),
        from: filter.start_time.map(time),
        until: filter.end_time.map(time),
        before: filter.cursor.map(event).transpose()?,
    })
}
