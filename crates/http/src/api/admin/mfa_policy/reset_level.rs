//! `DELETE /admin/mfa/risk-policies/{level}`

use super::PolicyLevel;
use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::mfa;
use axum::extract::State;
use axum::http::StatusCode;

/// Goes back to what is asked for at a level by default, for sign-ins from now on.
#[utoipa::path(
    delete,
    path = "/admin/mfa/risk-policies/{level}",
    operation_id = "reset_mfa_policy_level",
    tag = "security",
    params(("level" = String, Path, description = "`low`, `medium` or `high`.")),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "It is as by default."),
        (status = 404, description = "No such level.", body = SimpleResponse),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn reset_level(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(PolicyLevel(level)): Path<PolicyLevel>,
) -> Result<StatusCode, ApiError> {
    mfa::update_level(&state, &caller, level, None, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
