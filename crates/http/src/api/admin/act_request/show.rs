//! `GET /admin/on-behalf/requests/{act_request_id}`

use super::ActRequestDetails;
use crate::error::ApiError;
use crate::extract::{Json, Me, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::ActRequestId;
use authms_core::on_behalf;
use axum::extract::State;

/// One request of the caller's tenant; for who does not administer users only their own.
#[utoipa::path(
    get,
    path = "/admin/on-behalf/requests/{act_request_id}",
    operation_id = "show_act_request",
    tag = "on behalf",
    params(("act_request_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The request.", body = Data<ActRequestDetails>),
        (status = 404, description = "No such request.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Me(me): Me,
    Path(id): Path<ActRequestId>,
) -> Result<Json<Data<ActRequestDetails>>, ApiError> {
    let request = on_behalf::get(&state, &me, id).await?;
    let now = state.now();
    Ok(Json(Data::new(ActRequestDetails::of(request, now), now)))
}
