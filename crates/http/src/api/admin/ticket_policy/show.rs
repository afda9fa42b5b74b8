//! `GET /admin/tickets/policy`

use super::{TicketPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json};
use crate::state::AppState;
use crate::wire::Data;
use authms_core::ticket;
use axum::extract::State;

/// What the caller's tenant asks of its tickets.
#[utoipa::path(
    get,
    path = "/admin/tickets/policy",
    operation_id = "show_ticket_policy",
    tag = "tickets",
    security(("bearer" = []), ("api_key" = [])),
    responses((status = 200, description = "The policy.", body = Data<TicketPolicyDetails>))
)]
pub async fn show(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Data<TicketPolicyDetails>>, ApiError> {
    let policy = ticket::policy(&state, &caller).await?;
    Ok(Json(Data::new(render(&policy, &state.policy), state.now())))
}
