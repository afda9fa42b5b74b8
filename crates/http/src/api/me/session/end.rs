//! `DELETE /auth/me/sessions/{session_id}`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::SessionId;
use authms_core::session;
use axum::extract::State;

/// Ends one of the caller's sessions.
#[utoipa::path(
    delete,
    path = "/auth/me/sessions/{session_id}",
    operation_id = "end_my_session",
    tag = "me",
    params(("session_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Ended.", body = SimpleResponse),
        (status = 404, description = "The caller has no such session.", body = SimpleResponse),
    )
)]
pub async fn end(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<SessionId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    session::end_mine(&state, &me, id, &source).await?;
    Ok(Json(SimpleResponse::success("session ended", state.now())))
}
