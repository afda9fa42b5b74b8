//! `GET /admin/invitations/{invitation_id}`

use super::InvitationDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::InvitationId;
use authms_core::invitation;
use axum::extract::State;

/// One invitation to the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/invitations/{invitation_id}",
    operation_id = "show_invitation",
    tag = "invitations",
    params(("invitation_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The invitation.", body = Data<InvitationDetails>),
        (status = 404, description = "No such invitation to the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<InvitationId>,
) -> Result<Json<Data<InvitationDetails>>, ApiError> {
    let invitation = invitation::get(&state, &caller, id).await?;
    let now = state.now();
    Ok(Json(Data::new(InvitationDetails::of(invitation, now), now)))
}
