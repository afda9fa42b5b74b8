//! `GET /admin/tickets`

use super::TicketDetails;
use crate::error::ApiError;
use crate::extract::{Authenticated, Json, Query};
use crate::state::AppState;
use crate::wire::{List, PageInfo, Paging, SimpleResponse, Text};
use authms_core::id::{ApiKeyId, ClientId, UserId};
use authms_core::ticket::{self, MinterId, TicketFilter, TicketStatus, WhichTickets};
use authms_core::time::Timestamp;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which tickets to show.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `issued`, `spent`, `expired` or `revoked`; all by default.
    status: Option<Text<16>>,
    /// For this user.
    user_id: Option<Text<64>>,
    /// Bound to this client.
    client_id: Option<Text<64>>,
    /// Minted by this API key or user.
    minter_id: Option<Text<64>>,
    /// Minted then or later (RFC 3339).
    minted_from: Option<Text<64>>,
    /// Minted before then (RFC 3339).
    minted_until: Option<Text<64>>,
    /// `next_page_token` of the page before; then `page` is ignored.
    page_token: Option<Text<255>>,
}

/// The tickets of the caller's tenant; those that expire last come first.
///
/// Only the first 10,000 have page numbers: `total` counts no further, and then says `total_relation: gte`. By
/// `next_page_token` a list goes on to its end. Among the tickets of one user, client or minter at most 20,000 are
/// looked at for a page: narrow a list of rare ones by time.
#[utoipa::path(
    get,
    path = "/admin/tickets",
    operation_id = "list_tickets",
    tag = "tickets",
    params(Filter, Paging),
    security(("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "A page of them.", body = List<TicketDetails>),
        (status = 400, description = "The page token belongs to another list.", body = SimpleResponse),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    Authenticated(caller): Authenticated,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TicketDetails>>, ApiError> {
    let which = WhichTickets {
        page: paging.request(),
        token: filter.page_token.as_ref().map(|token| token.to_string()),
    };
    let tickets = ticket::list(&state, &caller, read(filter)?, which).await?;
    let now = state.now();
    let pagination = PageInfo::of_counted(&tickets);
    let items = tickets.found.items.into_iter().map(|t| TicketDetails::of(t, now)).collect();
    Ok(Json(List {
        code: 0,
        message: "success",
        items,
        total: tickets.found.total,
        pagination,
        timestamp: now.into(),
    }))
}

fn read(filter: Filter) -> Result<TicketFilter, ApiError> {
    let malformed = |member, problem| move || ApiError::malformed(member, problem);
    let minter = |id: Text<64>| {
        let key = ApiKeyId::parse(&id).map(MinterId::Key);
        key.or_else(|| UserId::parse(&id).map(MinterId::User))
            .ok_or_else(malformed("minter_id", "must be an API key's or a user's identifier"))
    };
    let time = |member, text: Option<Text<64>>| {
        let read =
            |t: Text<64>| t.parse::<Timestamp>().map_err(|_| ApiError::malformed(member, "must be RFC 3339"));
        text.map(read).transpose()
    };
    Ok(TicketFilter {
        status: filter
            .status
            .map(|s| {
                TicketStatus::parse(&s)
                    .ok_or_else(malformed("status", "must be issued, spent, expired or revoked"))
            })
            .transpose()?,
        user: filter
            .user_id
            .map(|u| UserId::parse(&u).ok_or_else(malformed("user_id", "must be a user's identifier")))
            .transpose()?,
        client: filter
            .client_id
            .map(|c| ClientId::parse(&c).ok_or_else(malformed("client_id", "must be a client's identifier")))
            .transpose()?,
        minter: filter.minter_id.map(minter).transpose()?,
        minted_from: time("minted_from", filter.minted_from)?,
        minted_until: time("minted_until", filter.minted_until)?,
    })
}
