//! `DELETE /admin/users/{user_id}/tickets`

use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Path, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::id::UserId;
use authms_core::ticket;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// What became of a user's tickets.
#[derive(Serialize, ToSchema, Debug)]
pub struct RevokedTickets {
    /// How many could still have been redeemed; counted up to 10,000.
    revoked: u64,
}

/// Revokes all tickets of a user that nobody has redeemed. Their sessions go on.
#[utoipa::path(
    delete,
    path = "/admin/users/{user_id}/tickets",
    operation_id = "revoke_user_tickets",
    tag = "tickets",
    params(("user_id" = String, Path)),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "None of them signs anybody in any more.", body = Data<RevokedTickets>),
        (status = 404, description = "No such user in the caller's tenant.", body = SimpleResponse),
    )
)]
pub async fn revoke_all(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Path(id): Path<UserId>,
) -> Result<Json<Data<RevokedTickets>>, ApiError> {
    let revoked = ticket::revoke_all(&state, &caller, id, &source).await?;
    Ok(Json(Data::new(RevokedTickets { revoked }, state.now())))
}
