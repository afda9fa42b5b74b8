//! `POST /admin/on-behalf/requests/{act_request_id}/approve`

use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::ActRequestId;
use authms_core::on_behalf;
use axum::extract::State;

/// Approves what another asked for, within ten minutes. The caller administers users, ranks strictly above the user, and has
/// proved a second factor within 15 minutes, at the sign-in of this session or since then for an `X-Step-Up-Token`.
#[utoipa::path(
    post,
    path = "/admin/on-behalf/requests/{act_request_id}/approve",
    operation_id = "approve_act_request",
    tag = "on behalf",
    params(
        ("act_request_id" = String, Path),
        ("X-Step-Up-Token" = Option<String>, Header, description = "Of `/mfa/step-up`."),
    ),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Approved.", body = SimpleResponse),
        (status = 404, description = "No such request.", body = SimpleResponse),
        (status = 409, description = "It is no longer open, or approved already.", body = SimpleResponse),
    )
)]
pub async fn approve(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<ActRequestId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    on_behalf::approve(&state, &me, id, token.as_ref(), &source).await?;
    Ok(Json(SimpleResponse::success("approved", state.now())))
}
