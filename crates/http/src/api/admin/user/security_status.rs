//! `GET /admin/users/{user_id}/security-status`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Time};
use authms_core::id::UserId;
use authms_core::user::{self, SecurityStatus};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.SecurityStatusResponse`
#[derive(Serialize, ToSchema, Debug)]
pub struct UserSecurity {
    /// Whether the account is active.
    can_login: bool,
    /// Whether the e-mail address was verified.
    email_verified: bool,
    /// Whether passwords are refused for a while, since too many were tried: not from the networks that the user
    /// signed in from before, and never by ticket.
    is_locked: bool,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_until: Option<Time>,
    /// Failed sign-ins since the user last signed in, at most 100.
    login_fail_count: u32,
    /// Password attempts that one network has at once.
    max_attempts: u32,
    /// Whether a second factor is enrolled, also one that failures have switched off. Recovery codes alone are none.
    mfa_enabled: bool,
    /// Whether the phone number was verified.
    phone_verified: bool,
}

/// How a user stands against guessing.
#[utoipa::path(
    get,
    path = "/admin/users/{user_id}/security-status",
    operation_id = "user_security_status",
    tag = "users",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How the user stands.", body = Data<UserSecurity>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn security_status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<UserId>,
) -> Result<Json<Data<UserSecurity>>, ApiError> {
    let status = user::security_status(&state, &caller, id).await?;
    Ok(Json(Data::new(status.into(), state.now())))
}

impl From<SecurityStatus> for UserSecurity {
    fn from(status: SecurityStatus) -> Self {
        Self {
            can_login: status.active,
            email_verified: status.email_verified,
            is_locked: status.locked_until.is_some(),
            lock_until: status.locked_until.map(Time),
            login_fail_count: status.failures,
            max_attempts: status.attempts,
            mfa_enabled: status.has_factor,
            phone_verified: status.phone_verified,
        }
    }
}
