//! `POST /auth/ticket/peek`

use super::TicketSigninRequest;
use crate::error::ApiError;
use crate::extract::{Json, Source, TenantHeader};
use crate::state::AppState;
use crate::wire::{Data, SimpleResponse};
use authms_core::ticket::{self, Peeked};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

/// What a ticket would do.
#[derive(Serialize, ToSchema, Debug)]
pub struct TicketPeek {
    /// Under which name its user signs in, masked: `a***@example.com`, `a***`, `***42`.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// The client that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<PeekedClient>,
    /// What its user is called, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Seconds until it expires, rounded down.
    expires_in: i64,
    /// `sso` or `on_behalf`.
    purpose: &'static str,
}

/// The client that a ticket is bound to.
#[derive(Serialize, ToSchema, Debug)]
pub struct PeekedClient {
    /// Its identifier.
    id: String,
    /// Its name.
    name: String,
}

/// Shows what a ticket would do, and spends nothing.
///
/// Takes what signing in takes, every binding included. What would not sign in is the same 400 as there, and a binding
/// that is not met counts.
#[utoipa::path(
    post,
    path = "/auth/ticket/peek",
    operation_id = "ticket_peek",
    tag = "tickets",
    params(("X-Tenant-ID" = Option<String>, Header, description = "If present, must be the ticket's tenant.")),
    request_body = TicketSigninRequest,
    security((), ("client" = [])),
    responses(
        (status = 200, description = "It would sign in now.", body = Data<TicketPeek>),
        (status = 400, description = "The ticket is invalid or has expired: one answer for all reasons.",
            body = SimpleResponse),
    )
)]
pub async fn peek(
    State(state): State<AppState>,
    source: Source,
    tenant: TenantHeader,
    headers: HeaderMap,
    Json(body): Json<TicketSigninRequest>,
) -> Result<Json<Data<TicketPeek>>, ApiError> {
    let ask = body.read(&headers, tenant, None)?;
    let peeked = ticket::peek(&state, &ask, &source).await?;
    Ok(Json(Data::new(peeked.into(), state.now())))
}

impl From<Peeked> for TicketPeek {
    fn from(peeked: Peeked) -> Self {
        Self {
            account: peeked.account,
            client: peeked.client.map(|(id, name)| PeekedClient { id: id.to_string(), name }),
            display_name: peeked.display_name,
            expires_in: peeked.expires_in.as_seconds(),
            purpose: peeked.purpose.as_str(),
        }
    }
}
