//! `PUT /admin/mfa/risk-policy`

use super::{MfaPolicyDetails, kinds, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, Text, given};
use authms_core::access::Role;
use authms_core::mfa::{self, UpdateMfaPolicy};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// `dto.UpdateRiskPolicyRequest`, and when a factor is asked for whatever the risk; absent members stay.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateMfaPolicyRequest {
    /// Ask for a factor at every sign-in.
    always: Option<bool>,
    /// Ask members of this role or a higher one at every sign-in; null: none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Text<32>>)]
    from_role: Option<Option<Text<32>>>,
    /// The methods that satisfy at high risk: `totp`, `passkey`, `email`, `sms`, `backup`; none: nothing is asked for.
    high_risk: Option<Vec<Text<32>>>,
    /// The same at low risk: what is asked for there is always asked for.
    low_risk: Option<Vec<Text<32>>>,
    /// The same at medium risk.
    medium_risk: Option<Vec<Text<32>>>,
}

/// Changes when the caller's tenant asks for second factors, for sign-ins from now on.
///
/// Whom it then asks always, and who has none, enrols one before they are signed in, but for a ticket that was minted at the
/// command line.
#[utoipa::path(
    put,
    path = "/admin/mfa/risk-policy",
    operation_id = "update_mfa_policy",
    tag = "security",
    request_body = UpdateMfaPolicyRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The policy.", body = Data<MfaPolicyDetails>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<UpdateMfaPolicyRequest>,
) -> Result<Json<Data<MfaPolicyDetails>>, ApiError> {
    let ask = UpdateMfaPolicy {
        always: body.always,
        from_role: body.from_role.map(role).transpose()?,
        low: body.low_risk.map(|names| kinds("low_risk", &names)).transpose()?,
        medium: body.medium_risk.map(|names| kinds("medium_risk", &names)).transpose()?,
        high: body.high_risk.map(|names| kinds("high_risk", &names)).transpose()?,
    };
    let policy = mfa::update_policy(&state, &caller, ask, &source).await?;
    Ok(Json(Data::new(render(&policy, caller.tenant()), state.now())))
}

fn role(name: Option<Text<32>>) -> Result<Option<Role>, ApiError> {
    let Some(name) = name else { return Ok(None) };
    let known = Role::parse(&name);
    known.map(Some).ok_or_else(|| ApiError::malformed("from_role", "must be a role"))
}
