//! `GET /admin/tickets/{ticket_id}`

use super::TicketDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::TicketId;
use authms_core::ticket;
use axum::extract::State;

/// One ticket of the caller's tenant.
#[utoipa::path(
    get,
    path = "/admin/tickets/{ticket_id}",
    operation_id = "get_ticket",
    tag = "tickets",
    params(("ticket_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The ticket, without its secret.", body = Data<TicketDetails>),
        (status = 404, description = "No such ticket in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Path(id): Path<TicketId>,
) -> Result<Json<Data<TicketDetails>>, ApiError> {
    let ticket = ticket::get(&state, &caller, id).await?;
    let now = state.now();
    Ok(Json(Data::new(TicketDetails::of(ticket, now), now)))
}
