//! `GET /auth/me/on-behalf/requests`

use crate::api::admin::act_request::ActRequestDetails;
use crate::error::ApiError;
use crate::extract::{Json, Me, Query};
use crate::state::AppState;
use crate::wire::{List, Paging};
use authms_core::on_behalf;
use axum::extract::State;

/// What others asked to do on the caller's behalf, newest first, until 30 days after its time.
#[utoipa::path(
    get,
    path = "/auth/me/on-behalf/requests",
    operation_id = "list_my_act_requests",
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
    let page = on_behalf::list_mine(&state, &me, paging.request()).await?;
    let now = state.now();
    Ok(Json(List::new(page, |request| ActRequestDetails::of(request, now), now)))
}
