//! `GET /admin/mfa/risk-policies`

use super::{LEVELS, RiskPolicyItem};
use crate::api::me::mfa::list::whole;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::List;
use authms_core::mfa;
use axum::extract::State;

/// What the caller's tenant asks for at each level of risk: `/admin/mfa/risk-policy`, level by level.
#[utoipa::path(
    get,
    path = "/admin/mfa/risk-policies",
    operation_id = "list_mfa_policy_levels",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The three levels.", body = List<RiskPolicyItem>))
)]
pub async fn list_levels(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<List<RiskPolicyItem>>, ApiError> {
    let policy = mfa::policy(&state, &caller).await?;
    Ok(Json(List::new(whole(LEVELS.to_vec()), |level| RiskPolicyItem::of(&policy, level), state.now())))
}
