//! Looking at tickets; their secrets are nowhere to be seen.

use super::life::TicketStatus;
use super::model::{Minter, Ticket};
use super::page_token::{self, Position};
use crate::access::{Caller, Forbidden, Permission};
use crate::fault::Fault;
use crate::id::{ApiKeyId, ClientId, SessionId, TicketId, UserId};
use crate::page::PageRequest;
use crate::parts::Parts;
use crate::time::Timestamp;

/// Which tickets a list shows; absent members do not narrow it.
#[derive(Clone, Copy, Default, Debug)]
pub struct TicketFilter {
    /// Of this status now.
    pub status: Option<TicketStatus>,
    /// For this user.
    pub user: Option<UserId>,
    /// Bound to this client.
    pub client: Option<ClientId>,
    /// Minted by this key or person.
    pub minter: Option<MinterId>,
    /// Minted then or later.
    pub minted_from: Option<Timestamp>,
    /// Minted before then.
    pub minted_until: Option<Timestamp>,
}

/// Who minted, for looking up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MinterId {
    /// An API key.
    Key(ApiKeyId),
    /// A person.
    User(UserId),
}

impl TicketFilter {
    /// Whether the list shows this ticket.
    pub fn shows(&self, ticket: &Ticket, now: Timestamp) -> bool {
        let minter = match ticket.minter {
            Minter::System(key) => Some(MinterId::Key(key)),
            Minter::Person { user, .. } => Some(MinterId::User(user)),
            Minter::Console => None,
        };
        self.status.is_none_or(|s| s == ticket.status(now))
            && self.user.is_none_or(|u| u == ticket.subject)
            && (self.client.is_none() || self.client == ticket.client)
            && (self.minter.is_none() || self.minter == minter)
            && self.minted_from.is_none_or(|from| from <= ticket.created_at)
            && self.minted_until.is_none_or(|until| ticket.created_at < until)
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// After so many tickets.
    Skip(u64),
    /// After this place.
    After(Position),
}

/// One page as the store finds it; those that expire last come first.
#[derive(Clone, Debug)]
pub struct Found {
    /// At most as many as were asked for.
    pub items: Vec<Ticket>,
    /// Whether more follow.
    pub more: bool,
    /// How many tickets there are, counted no further than [`COUNTED`].
    pub total: u64,
    /// Whether `total` is all of them.
    pub counted_all: bool,
}

/// How far the tickets of a list are counted.
pub const COUNTED: u64 = 10_000;

/// One page of tickets.
#[derive(Clone, Debug)]
pub struct Tickets {
    /// What was found.
    pub found: Found,
    /// The request that this answers.
    pub request: PageRequest,
    /// Asks for the page that follows, if there is one.
    pub next: Option<String>,
}

/// Which page of tickets is wanted.
#[derive(Clone, Debug)]
pub struct WhichTickets {
    /// By number; only the first [`COUNTED`] tickets have one.
    pub page: PageRequest,
    /// By the token of the page before, whatever the number.
    pub token: Option<String>,
}

/// Why no ticket was shown or revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TicketError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such ticket in the caller's tenant.
    #[error("no such ticket")]
    Unknown,
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// The page token was made for another list, or not by us.
    #[error("page_token belongs to another list")]
    PageToken,
    /// The page lies beyond those that have a number.
    #[error("only the first 10000 tickets have page numbers; go on with page_token, or narrow the list")]
    PageNumber,
    /// It was redeemed: it opened this session.
    #[error("the ticket was redeemed; end the session that it opened")]
    Spent(SessionId),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// One ticket of the caller's tenant.
///
/// # Errors
/// [`TicketError::Unknown`] also for tickets of other tenants.
pub async fn get(parts: &Parts, caller: &Caller, id: TicketId) -> Result<Ticket, TicketError> {
    caller.require(Permission::TicketRead)?;
    owned(parts, caller, id).await
}

/// The tickets of the caller's tenant; those that expire last come first.
///
/// # Errors
/// [`TicketError`]
pub async fn list(
    parts: &Parts,
    caller: &Caller,
    filter: TicketFilter,
    which: WhichTickets,
) -> Result<Tickets, TicketError> {
    caller.require(Permission::TicketRead)?;
    let tenant = caller.tenant();
    let WhichTickets { page, token } = which;
    let from = match token {
        Some(text) => {
            let after = page_token::open(&parts.secrets, tenant, &filter, &text);
            From::After(after.ok_or(TicketError::PageToken)?)
        }
        None if page.offset() >= COUNTED => return Err(TicketError::PageNumber),
        None => From::Skip(page.offset()),
    };
    let read = parts.store.tickets(tenant, filter, from, page.page_size, parts.now());
    let found = read.await.map_err(Fault::from)?;
    let last = found.items.last().filter(|_| found.more);
    let next = last.map(|t| page_token::seal(&parts.secrets, tenant, &filter, Position::of(t)));
    Ok(Tickets { found, request: page, next })
}

pub(super) async fn owned(parts: &Parts, caller: &Caller, id: TicketId) -> Result<Ticket, TicketError> {
    let found = parts.store.ticket(id).await.map_err(Fault::from)?;
    found.filter(|t| t.tenant == caller.tenant()).ok_or(TicketError::Unknown)
}
