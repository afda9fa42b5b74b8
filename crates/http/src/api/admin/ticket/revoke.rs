//! `DELETE /admin/tickets/{ticket_id}`

use super::TicketDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::TicketId;
use authms_core::ticket;
use axum::extract::State;

/// Revokes a ticket that nobody has redeemed; one that was revoked or has expired stays as it is.
#[utoipa::path(
    delete,
    path = "/admin/tickets/{ticket_id}",
    operation_id = "revoke_ticket",
    tag = "tickets",
    params(("ticket_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "It signs nobody in any more.", body = Data<TicketDetails>),
        (status = 404, description = "No such ticket in the caller's tenant.", body = SimpleResponse),
        (status = 409, description = "It was redeemed; `session_id` names the session to end.",
            body = SimpleResponse),
    )
)]
pub async fn revoke(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<TicketId>,
) -> Result<Json<Data<TicketDetails>>, ApiError> {
    let ticket = ticket::revoke(&state, &caller, id, &source).await?;
    let now = state.now();
    Ok(Json(Data::new(TicketDetails::of(ticket, now), now)))
}
