//! `DELETE /admin/mfa/release/{user_id}`

use crate::error::ApiError;
use crate::extract::{Json, Me, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::UserId;
use authms_core::mfa;
use axum::extract::State;

/// Takes a release back: who has begun to enrol by it cannot finish.
#[utoipa::path(
    delete,
    path = "/admin/mfa/release/{user_id}",
    operation_id = "end_mfa_release",
    tag = "security",
    params(("user_id" = String, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Taken back.", body = SimpleResponse),
        (status = 404, description = "There is none, or no such user.", body = SimpleResponse),
    )
)]
pub async fn end(
    State(state): State<AppState>,
    Me(me): Me,
    source: Source,
    Path(id): Path<UserId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    mfa::take_release_back(&state, &me, id, &source).await?;
    Ok(Json(SimpleResponse::success("taken back", state.now())))
}
