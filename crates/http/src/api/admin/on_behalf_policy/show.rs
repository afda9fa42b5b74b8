//! `GET /admin/on-behalf/policy`

use super::{OnBehalfPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::on_behalf;
use axum::extract::State;

/// What the caller's tenant asks of those who act on somebody's behalf.
#[utoipa::path(
    get,
    path = "/admin/on-behalf/policy",
    operation_id = "show_on_behalf_policy",
    tag = "on behalf",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The policy.", body = Data<OnBehalfPolicyDetails>))
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<OnBehalfPolicyDetails>>, ApiError> {
    let policy = on_behalf::policy(&state, &caller).await?;
    Ok(Json(Data::new(render(policy), state.now())))
}
