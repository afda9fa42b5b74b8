//! `PUT /admin/tickets/policy`

use super::{TicketPolicyDetails, render};
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Source};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse, given};
use authms_core::ticket::{self, UpdateTicketPolicy};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to change. Absent members stay; null goes back to the installation's.
#[derive(Deserialize, ToSchema, Debug)]
pub struct UpdateTicketPolicyRequest {
    /// The lifetime of a ticket whose minter does not say, 10–600 seconds; for `sso`.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 10, maximum = 600)]
    default_ttl_seconds: Option<Option<i64>>,
    /// Every ticket must be bound to a client, a proof, an address or a context.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    forbid_unbound: Option<Option<bool>>,
    /// The longest lifetime, 10–600 seconds.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>, minimum = 10, maximum = 600)]
    max_ttl_seconds: Option<Option<i64>>,
    /// Every ticket must name its client.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    require_client: Option<Option<bool>>,
    /// Every ticket must have a proof.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    require_proof: Option<Option<bool>>,
}

/// Changes what the caller's tenant asks of tickets that are minted from now on.
#[utoipa::path(
    put,
    path = "/admin/tickets/policy",
    operation_id = "update_ticket_policy",
    tag = "tickets",
    request_body = UpdateTicketPolicyRequest,
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The policy.", body = Data<TicketPolicyDetails>),
        (status = 409, description = "Somebody else changed the tenant meanwhile.", body = SimpleResponse),
    )
)]
pub async fn update(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    source: Source,
    Json(body): Json<UpdateTicketPolicyRequest>,
) -> Result<Json<Data<TicketPolicyDetails>>, ApiError> {
    // No installation asks for any of them.
    let rule = |given: Option<Option<bool>>| given.map(Option::unwrap_or_default);
    let ask = UpdateTicketPolicy {
        require_client: rule(body.require_client),
        require_proof: rule(body.require_proof),
        forbid_unbound: rule(body.forbid_unbound),
        default_ttl: body.default_ttl_seconds,
        max_ttl: body.max_ttl_seconds,
    };
    let policy = ticket::update_policy(&state, &caller, ask, &source).await?;
    Ok(Json(Data::new(render(&policy, &state.policy), state.now())))
}
