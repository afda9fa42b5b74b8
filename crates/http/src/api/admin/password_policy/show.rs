//! `GET /admin/security/password-policy`

use super::{PasswordPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::password;
use axum::extract::State;

/// What the caller's tenant asks of passwords.
#[utoipa::path(
    get,
    path = "/admin/security/password-policy",
    operation_id = "show_password_policy",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The policy.", body = Data<PasswordPolicyDetails>))
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<PasswordPolicyDetails>>, ApiError> {
    let policy = password::policy(&state, &caller).await?;
    Ok(Json(Data::new(render(policy, &state.policy), state.now())))
}
