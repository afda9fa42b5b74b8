//! `DELETE /admin/invitations/{invitation_id}`

use crate::error::ApiError;
use crate::extract::{Authenticated, Path, Source};
use crate::state::AppState;
use crate::wire::SimpleResponse;
use authms_core::id::InvitationId;
use authms_core::invitation;
use axum::extract::State;
use axum::http::StatusCode;

/// Takes an open invitation back.
#[utoipa::path(
    delete,
    path = "/admin/invitations/{invitation_id}",
    operation_id = "revoke_invitation",
    tag = "invitations",
    params(("invitation_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 204, description = "Revoked."),
        (status = 404, description = "No such invitation to the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "It is no longer open.", body = SimpleResponse),
    )
)]
pub async fn revoke(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<InvitationId>,
) -> Result<StatusCode, ApiError> {
    invitation::revoke(&state, &caller, id, &source).await?;
    Ok(StatusCode::NO_CONTENT)
}
