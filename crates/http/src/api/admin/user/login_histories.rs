//! `GET /admin/users/{user_id}/login-histories`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::state::AppState;
use crate::wire::{List, Paging, SimpleResponse, Time};
use authms_core::id::{TenantId, UserId};
use authms_core::signin::{self, Attempt, Outcome};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.LoginHistoryResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct LoginHistory {
    /// Who acted as the user, if somebody did.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_user_id: Option<String>,
    /// When.
    created_at: Time,
    /// Why it failed, in the audit log's stable word.
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    /// The session, or the event in the audit log that tells of the failure.
    id: String,
    /// The address that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<String>,
    /// `ticket` or `password`.
    login_type: &'static str,
    /// The session that was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// `success` or `failed`.
    status: &'static str,
    /// The tenant.
    tenant_id: String,
    /// The `User-Agent` that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// The user.
    user_id: String,
}

/// A user's sign-ins, and the passwords that failed, newest first: at most the last 1,000 and the last 100.
#[utoipa::path(
    get,
    path = "/admin/users/{user_id}/login-histories",
    operation_id = "login_histories",
    tag = "users",
    params(("user_id" = String, Path), Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<LoginHistory>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn login_histories(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<UserId>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<LoginHistory>>, ApiError> {
    let page = signin::history(&state, &caller, id, paging.request()).await?;
    Ok(Json(List::new(page, |attempt| render(attempt, caller.tenant(), id), state.now())))
}

fn render(attempt: Attempt, tenant: TenantId, user: UserId) -> LoginHistory {
    let (status, id, session, actor, why) = match attempt.outcome {
        Outcome::Opened { session, actor } => {
            ("success", session.to_string(), Some(session.to_string()), actor, None)
        }
        Outcome::Refused { event, why } => ("failed", event.to_string(), None, None, Some(why)),
    };
    LoginHistory {
        acting_user_id: actor.map(|a| a.to_string()),
        created_at: attempt.at.into(),
        fail_reason: why,
        id,
        ip: attempt.origin.ip.map(|ip| ip.to_string()),
        login_type: attempt.method.as_str(),
        session_id: session,
        status,
        tenant_id: tenant.to_string(),
        user_agent: attempt.origin.user_agent,
        user_id: user.to_string(),
    }
}
