//! `GET /auth/me/on-behalf/opt-out`

use super::ActOptOut;
use crate::error::ApiError;
use crate::extract::{Json, Me};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::on_behalf;
use axum::extract::State;

/// Whether the caller said that nobody acts on their behalf in this tenant.
#[utoipa::path(
    get,
    path = "/auth/me/on-behalf/opt-out",
    operation_id = "get_my_act_opt_out",
    tag = "on behalf",
    security(("bearer" = [])),
    responses((status = 200, description = "What they said.", body = Data<ActOptOut>))
)]
pub async fn show(State(state): State<AppState>, Me(me): Me) -> Result<Json<Data<ActOptOut>>, ApiError> {
    let since = on_behalf::opted_out(&state, &me).await?;
    Ok(Json(Data::new(since.into(), state.now())))
}
