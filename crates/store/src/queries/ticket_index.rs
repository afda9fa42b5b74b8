//! Tickets by subject, client and minter: `ticket_recent` as they are minted, `ticket_index` once the sweep has carried
//! them over.

use super::conn::{Conn, Result, params};
use super::{change, first};
use authms_core::id::TicketId;
use authms_core::ticket::{Minter, Ticket};
use authms_core::time::Timestamp;

/// The tickets of `?1`, be it a subject, a client or a minter: `expires_at` and `ticket_id`, as a subquery.
pub(super) const OF: &str = "SELECT expires_at, ticket_id FROM ticket_recent WHERE of_id = ?1
     UNION SELECT expires_at, ticket_id FROM ticket_index WHERE of_id = ?1";

/// Notes whose a new ticket is.
pub(super) fn append(conn: Conn<'_>, ticket: &Ticket, expires_at: Timestamp) -> Result<()> {
    note(conn, ticket.subject.bytes(), expires_at, ticket.id)?;
    if let Some(client) = &ticket.client {
        note(conn, client.bytes(), expires_at, ticket.id)?;
    }
    match &ticket.minter {
        Minter::System(key) => note(conn, key.bytes(), expires_at, ticket.id),
        Minter::Person { user, .. } => note(conn, user.bytes(), expires_at, ticket.id),
        Minter::Console => Ok(()),
    }
}

// Who mints for themselves is noted once.
fn note(conn: Conn<'_>, of: &[u8; 16], expires_at: Timestamp, ticket: TicketId) -> Result<()> {
    let sql = "INSERT INTO ticket_recent (of_id, expires_at, ticket_id) VALUES (?1, ?2, ?3)
               ON CONFLICT DO NOTHING";
    change(conn, sql, params![of, expires_at.as_millis(), ticket.bytes()])
}

/// A place in the order of both tables.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    of: [u8; 16],
    expires_at: i64,
    ticket: [u8; 16],
}

impl Place {
    /// Before all others.
    pub(crate) const START: Self = Self { of: [0; 16], expires_at: i64::MIN, ticket: [0; 16] };
    const END: Self = Self { of: [0xff; 16], expires_at: i64::MAX, ticket: [0xff; 16] };
}

/// Carries recent rows over, at most so many from this place on; the place to go on from, if there may be more.
pub(crate) fn carry(conn: Conn<'_>, from: Place, rows: u32) -> Result<Option<Place>> {
    let beyond = "SELECT of_id, expires_at, ticket_id FROM ticket_recent
                  WHERE (of_id, expires_at, ticket_id) >= (?1, ?2, ?3)
                  ORDER BY of_id, expires_at, ticket_id LIMIT 1 OFFSET ?4";
    let start = params![from.of, from.expires_at, from.ticket, rows];
    let next = first(conn, beyond, start, |c| {
        Ok(Place { of: c.take()?, expires_at: c.take()?, ticket: c.take()? })
    })?;
    let to = next.unwrap_or(Place::END);
    let within =
        "(of_id, expires_at, ticket_id) >= (?1, ?2, ?3) AND (of_id, expires_at, ticket_id) < (?4, ?5, ?6)";
    let range = params![from.of, from.expires_at, from.ticket, to.of, to.expires_at, to.ticket];
    let copy = format!(
        "INSERT INTO ticket_index (of_id, expires_at, ticket_id)
         SELECT of_id, expires_at, ticket_id FROM ticket_recent WHERE {within}
         ON CONFLICT DO NOTHING"
    );
    change(conn, &copy, range)?;
    change(conn, &format!("DELETE FROM ticket_recent WHERE {within}"), range)?;
    Ok(next)
}
