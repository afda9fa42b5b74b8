//! `GET /auth/me/security-events`

use crate::error::ApiError;
use crate::extract::{Json, Me, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, Time};
use authms_core::audit::{self, Shown};
use authms_core::time::Span;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// `dto.SecurityEventResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct SecurityEvent {
    /// Who did it, if it was not the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_id: Option<String>,
    /// The client at which somebody acts on the user's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// When.
    created_at: Time,
    /// Whether the user has said that they have seen it.
    dismissed: bool,
    /// When an act on the user's behalf ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Time>,
    /// The event.
    id: String,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// Why, if whoever did it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The session of an act on the user's behalf.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// `low`, or `high` for what the user should look at.
    severity: &'static str,
    /// What happened: the event's stable name.
    #[serde(rename = "type")]
    kind: String,
}

/// What happened to the caller's own account besides sign-ins, newest first: passwords, factors, devices, roles, and what others did to
/// it. What has just happened follows within two seconds.
#[utoipa::path(
    get,
    path = "/auth/me/security-events",
    operation_id = "list_my_security_events",
    tag = "me",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<SecurityEvent>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    Query(paging): Query<Paging>,
) -> Result<Json<List<SecurityEvent>>, ApiError> {
    let page = audit::told(&state, &me, paging.request()).await?;
    let own = me.user.to_string();
    Ok(Json(List::new(page, |(shown, dismissed)| render(shown, dismissed, &own), state.now())))
}

fn render(shown: Shown, dismissed: bool, own: &str) -> SecurityEvent {
    let body: Value = serde_json::from_slice(&shown.body).unwrap_or_default();
    let text = |member: &str| body.get(member).and_then(Value::as_str).map(str::to_owned);
    let actor_id = text("actor").filter(|actor| actor != own);
    // Where an administrator was is theirs to know.
    let ip = if actor_id.is_none() { text("ip") } else { None };
    let acted = shown.name.starts_with("on_behalf.");
    let lasts = body.get("lasts_seconds").and_then(Value::as_i64).map(Span::seconds);
    let severity = if text("level").as_deref() == Some("alert") { "high" } else { "low" };
    SecurityEvent {
        actor_id,
        client_id: text("client").filter(|_| acted),
        created_at: shown.id.made_at().into(),
        dismissed,
        ends_at: lasts.map(|lasts| shown.id.made_at().plus(lasts).into()),
        id: shown.id.to_string(),
        ip,
        reason: text("reason"),
        session_id: text("session").filter(|_| acted),
        severity,
        kind: shown.name,
    }
}
