//! `PUT /admin/mfa/risk-policies/{level}`

use super::{PolicyLevel, RiskPolicyItem, kinds};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text};
use authms_core::factor::FactorKinds;
use authms_core::mfa;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateRiskPolicyByLevelRequest`
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateRiskPolicyByLevelRequest {
    /// `false`: nothing is asked for, whatever is listed.
    enabled: Option<bool>,
    /// The methods that satisfy: `totp`, `passkey`, `email`, `sms`, `backup`; none: nothing is asked for.
    required_methods: Vec<Text<32>>,
}

/// Changes what the caller's tenant asks for at one level of risk, for sign-ins from now on.
#[utoipa::path(
    put,
    path = "/admin/mfa/risk-policies/{level}",
    operation_id = "update_mfa_policy_level",
    tag = "security",
    params(("level" = String, Path, description = "`low`, `medium` or `high`.")),
    request_body = UpdateRiskPolicyByLevelRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The level.", body = Data<RiskPolicyItem>),
        (status = 404, description = "No such level.", body = SimpleResponse),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update_level(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(PolicyLevel(level)): Path<PolicyLevel>,
    Json(body): Json<UpdateRiskPolicyByLevelRequest>,
) -> Result<Json<Data<RiskPolicyItem>>, ApiError> {
    let listed = kinds("required_methods", &body.required_methods)?;
    let methods = match body.enabled {
        Some(false) => FactorKinds::NONE,
        Some(true) if listed.is_empty() => {
            return Err(ApiError::malformed("required_methods", "must list a method if enabled"));
        }
        _ => listed,
    };
    let policy = mfa::update_level(&state, &caller, level, Some(methods), &source).await?;
    Ok(Json(Data::new(RiskPolicyItem::of(&policy, level), state.now())))
}
