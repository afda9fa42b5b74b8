//! `GET /admin/on-behalf/requests`

use super::ActRequestDetails;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::on_behalf;
use axum::extract::State;

/// The requests of the caller's tenant, newest first, until 30 days after their time; for who does not administer users only
/// their own.
#[utoipa::path(
    get,
    path = "/admin/on-behalf/requests",
    operation_id = "list_act_requests",
    tag = "on behalf",
    params(Paging),
    security(("bearer" = [])),
    responses((status = 200, description = "A page of them.", body = List<ActRequestDetails>))
)]
pub async fn list(
    State(state): State<AppState>,
    Me(me): Me,
    Query(paging): Query<Paging>,
) -> Result<Json<List<ActRequestDetails>>, ApiError> {
    let page = on_behalf::list(&state, &me, paging.request()).await?;
    let now = state.now();
    Ok(Json(List::new(page, |request| ActRequestDetails::of(request, now), now)))
}
