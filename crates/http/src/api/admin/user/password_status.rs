//! `GET /admin/users/{user_id}/password-status`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{SimpleResponse, Time};
use authms_core::id::UserId;
use authms_core::password::{self, PasswordStatus};
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// `dto.PasswordStatusResponse`, answered bare.
#[derive(Serialize, ToSchema, Debug)]
pub struct PasswordStatusResponse {
    /// Whether there is a password, and its user may sign in.
    active: bool,
    /// Whether it must be changed before it signs anybody in.
    must_change_password: bool,
    /// When it was last set.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_changed_at: Option<Time>,
    /// When it was marked as known to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_compromised_at: Option<Time>,
    /// Days until it expires; 0: it has. Absent if it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_expires_in: Option<i64>,
    /// `expiring`, `expired_grace` or `expired`.
    #[serde(skip_serializing_if = "Option::is_none")]
    password_warning: Option<&'static str>,
}

/// How a user's password stands.
#[utoipa::path(
    get,
    path = "/admin/users/{user_id}/password-status",
    operation_id = "user_password_status",
    tag = "users",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "How it stands.", body = PasswordStatusResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn password_status(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<UserId>,
) -> Result<Json<PasswordStatusResponse>, ApiError> {
    Ok(Json(password::status(&state, &caller, id).await?.into()))
}

impl From<PasswordStatus> for PasswordStatusResponse {
    fn from(status: PasswordStatus) -> Self {
        Self {
            active: status.active,
            must_change_password: status.state.must_change,
            password_changed_at: status.changed_at.map(Time),
            password_compromised_at: status.compromised_at.map(Time),
            password_expires_in: status.state.expires_in,
            password_warning: status.state.warning.map(|w| w.as_str()),
        }
    }
}
