//! `DELETE /auth/me/sessions`

use crate::error::ApiError;
use crate::extract::{Json, Me, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::session;
use axum::extract::State;

/// Ends all of the caller's sessions, the present one among them.
#[utoipa::path(
    delete,
    path = "/auth/me/sessions",
    operation_id = "end_all_my_sessions",
    tag = "me",
    security(("bearer" = [])),
    responses((status = 200, description = "Ended.", body = SimpleResponse))
)]
pub async fn end_all(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
) -> Result<Json<SimpleResponse>, ApiError> {
    session::end_all_mine(&state, &me, &source).await?;
    Ok(Json(SimpleResponse::success("all sessions ended", state.now())))
}
