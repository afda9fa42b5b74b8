//! `POST /auth/me/on-behalf/requests/{act_request_id}/agree`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::ActRequestId;
use authms_core::on_behalf;
use axum::extract::State;

/// Agrees to what somebody asked to do on the caller's behalf, within ten minutes.
#[utoipa::path(
    post,
    path = "/auth/me/on-behalf/requests/{act_request_id}/agree",
    operation_id = "agree_to_act_request",
    tag = "on behalf",
    params(("act_request_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Agreed.", body = SimpleResponse),
        (status = 404, description = "No such request.", body = SimpleResponse),
        (status = 409, description = "It is no longer open, or agreed to already.", body = SimpleResponse),
    )
)]
pub async fn agree(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<ActRequestId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    on_behalf::agree(&state, &me, id, &source).await?;
    Ok(Json(SimpleResponse::success("agreed", state.now())))
}
