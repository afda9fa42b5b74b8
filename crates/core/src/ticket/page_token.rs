//! Page tokens: `pt_<22 place><43 time and tag>` in base62. The tag binds the place to the tenant and to what the list
//! was narrowed by: a token taken to another list is refused instead of showing a page that means nothing.

use super::list::TicketFilter;
use super::model::Ticket;
use crate::id::{TenantId, TicketId};
use crate::parts::Secrets;
use crate::time::Timestamp;
use authms_crypto::{base62, ct_eq, hmac_sha256};

const PREFIX: &str = "pt_";
const ID: usize = 22;

/// A place in the order of lists: the later it expires, the earlier it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// When the ticket of this place expires.
    pub expires_at: Timestamp,
    /// The ticket.
    pub id: TicketId,
}

impl Position {
    /// Where a ticket stands.
    pub const fn of(ticket: &Ticket) -> Self {
        Self { expires_at: ticket.expires_at, id: ticket.id }
    }
}

/// The token of the page that follows this place.
pub(super) fn seal(secrets: &Secrets, tenant: TenantId, filter: &TicketFilter, place: Position) -> String {
    let mut rest = [0; 32];
    rest[..8].copy_from_slice(&place.expires_at.as_millis().to_be_bytes());
    rest[8..].copy_from_slice(&tag(secrets, tenant, filter, place));
    format!("{PREFIX}{}{}", base62::encode16(place.id.bytes()), base62::encode32(&rest))
}

/// The place of a token that was made for this list.
pub(super) fn open(
    secrets: &Secrets,
    tenant: TenantId,
    filter: &TicketFilter,
    token: &str,
) -> Option<Position> {
    let (id, rest) = token.strip_prefix(PREFIX)?.split_at_checked(ID)?;
    let rest = base62::decode32(rest)?;
    let (time, sealed) = rest.split_first_chunk::<8>()?;
    let place = Position {
        expires_at: Timestamp::from_millis(i64::from_be_bytes(*time)),
        id: TicketId::from_bytes(base62::decode16(id)?),
    };
    ct_eq(sealed, &tag(secrets, tenant, filter, place)).then_some(place)
}

fn tag(secrets: &Secrets, tenant: TenantId, filter: &TicketFilter, place: Position) -> [u8; 24] {
    // Debug shows every member, in order.
    let meaning = format!("{filter:?} {place:?}");
    let mac = hmac_sha256(secrets.page_mac.expose(), &[b"tickets", tenant.bytes(), meaning.as_bytes()]);
    let mut tag = [0; 24];
    tag.copy_from_slice(&mac[..24]);
    tag
}
