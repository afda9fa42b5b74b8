//! `GET /admin/mfa/risk-policy`

use super::{MfaPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::mfa;
use axum::extract::State;

/// When the caller's tenant asks for second factors, and which would do.
#[utoipa::path(
    get,
    path = "/admin/mfa/risk-policy",
    operation_id = "show_mfa_policy",
    tag = "security",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The policy.", body = Data<MfaPolicyDetails>))
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<MfaPolicyDetails>>, ApiError> {
    let policy = mfa::policy(&state, &caller).await?;
    Ok(Json(Data::new(render(&policy, caller.tenant()), state.now())))
}
