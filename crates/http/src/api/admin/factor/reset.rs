//! `DELETE /admin/mfa/reset/{user_id}`

use crate::error::ApiError;
use crate::extract::{Json, Path, Source, Stepping};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::access::Caller;
use authms_core::factor;
use authms_core::id::UserId;
use axum::extract::State;

/// Removes all second factors of a user of lower rank, passkeys and recovery codes among them, and ends their sessions,
/// tickets and devices. Asks for a step-up of the caller; the user is told by mail.
#[utoipa::path(
    delete,
    path = "/admin/mfa/reset/{user_id}",
    operation_id = "reset_factors",
    tag = "security",
    params(("user_id" = String, Path), ("X-Step-Up-Token" = Option<String>, Header)),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "Removed, if there were any.", body = SimpleResponse),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "Somebody else changed the user meanwhile.", body = SimpleResponse),
    )
)]
pub async fn reset(
    State(state): State<AppState>,
    Stepping { me, token }: Stepping,
    source: Source,
    Path(id): Path<UserId>,
) -> Result<Json<SimpleResponse>, ApiError> {
    factor::reset(&state, &Caller::Person(me), id, token.as_ref(), &source).await?;
    Ok(Json(SimpleResponse::success("second factors removed", state.now())))
}
