//! `POST /auth/me/on-behalf/requests/{act_request_id}/refuse`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::ActRequestId;
use authms_core::on_behalf;
use axum::extract::State;

/// Refuses what somebody asked to do on the caller's behalf, also after having agreed.
#[utoipa::path(
    post,
    path = "/auth/me/on-behalf/requests/{act_request_id}/refuse",
    operation_id = "refuse_my_act_request",
    tag = "on behalf",
    params(("act_request_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Refused.", body = SimpleResponse),
        (status = 404, description = "No such request.", body = SimpleResponse),
        (status = 409, description = "It is no longer open.", body = SimpleResponse),
    )
)]
pub async fn refuse(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<ActRequestId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    on_behalf::refuse_mine(&state, &me, id, &source).await?;
    Ok(Json(SimpleResponse::success("refused", state.now())))
}
