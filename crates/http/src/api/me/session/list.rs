//! `GET /auth/me/sessions`

use crate::error::ApiError;
use crate::extract::{Json, Me, Query};
use crate::state::AppState;
use crate::wire::{Data, PageInfo, Paging, Time};
use authms_core::id::SessionId;
use authms_core::session::{self, ByAssurance, Session};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of the caller's sessions.
#[derive(Serialize, ToSchema, Debug)]
pub struct MySessions {
    /// Newest first.
    items: Vec<SessionInfo>,
    /// How many there are over all pages.
    total: u64,
    /// Which page this is.
    pagination: PageInfo,
}

/// One session.
#[derive(Serialize, ToSchema, Debug)]
pub struct SessionInfo {
    /// `sid` of its tokens.
    id: String,
    /// Whether it is the one that this request came in.
    current: bool,
    /// `active`: others are not listed.
    status: &'static str,
    /// `ticket` or `password`.
    method: &'static str,
    /// The client that it was opened for.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Who acts in it, if it is not the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_user_id: Option<String>,
    /// Why they act.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_reason: Option<String>,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// The `User-Agent` that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// The tenant.
    tenant_id: String,
    /// The user.
    user_id: String,
    /// When the ticket that opened it was reported as leaked: end it, unless it is known to be the user's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    flagged_at: Option<Time>,
    /// When it was opened.
    created_at: Time,
    /// When its tokens were last renewed.
    last_active_at: Time,
    /// When it ends at the latest.
    expires_at: Time,
    /// When it ends unless its tokens are renewed before.
    idle_expires_at: Time,
}

/// The caller's living sessions.
#[utoipa::path(
    get,
    path = "/auth/me/sessions",
    operation_id = "my_sessions",
    tag = "me",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = Data<MySessions>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    Query(paging): Query<Paging>,
) -> Result<Json<Data<MySessions>>, ApiError> {
    let page = session::list_mine(&state, &me, paging.request()).await?;
    let pagination = PageInfo::of(page.request, page.total);
    let idle = state.policy.session_idle;
    let items = page.items.into_iter().map(|s| SessionInfo::new(s, Some(me.session), idle)).collect();
    Ok(Json(Data::new(MySessions { items, total: page.total, pagination }, state.now())))
}

impl SessionInfo {
    /// A living session; `current` is the one that asks, `idle` how long one lives without a refresh.
    pub fn new(session: Session, current: Option<SessionId>, idle: ByAssurance) -> Self {
        let idle_expires_at = session.idle_until(idle).min(session.expires_at);
        Self {
            id: session.id.to_string(),
            current: Some(session.id) == current,
            status: "active",
            method: session.method.as_str(),
            client_id: session.client.map(|c| c.to_string()),
            acting_user_id: session.acting.as_ref().map(|a| a.user.to_string()),
            acting_reason: session.acting.map(|a| a.reason),
            ip: session.origin.ip.map(|ip| ip.to_string()),
            user_agent: session.origin.user_agent,
            tenant_id: session.tenant.to_string(),
            user_id: session.user.to_string(),
            flagged_at: session.flagged_at.map(Into::into),
            created_at: session.created_at.into(),
            last_active_at: session.refreshed_at.into(),
            expires_at: session.expires_at.into(),
            idle_expires_at: idle_expires_at.into(),
        }
    }
}
