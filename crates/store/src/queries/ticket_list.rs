//! Lists of tickets. Those of a user, a client or a minter are found by `ticket_recent` and `ticket_index`, all others by
//! tenant and state; each source is read in order, and they are merged, so that a page costs what it shows.

use super::columns::Columns;
use super::{first, ticket};
use authms_core::id::{TenantId, TicketId};
use authms_core::ticket::{
    COUNTED, Found, From, Mint, MinterId, Position, Ticket, TicketFilter, TicketStatus,
};
use authms_core::time::Timestamp;
use rusqlite::{CachedStatement, Connection, Result, Rows, params};
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// How many tickets are looked at for a page of those that match; who asks for rare ones among more narrows the list.
const LOOKED_AT: usize = 100_000;

/// One ticket.
pub(crate) fn get(conn: &Connection, id: TicketId) -> Result<Option<Ticket>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tickets t WHERE t.id = ?1", ticket::columns("t")));
    first(conn, &SQL, [id.bytes()], ticket::read)
}

/// A page of a tenant's tickets.
pub(crate) fn list(
    conn: &Connection,
    tenant: TenantId,
    filter: &TicketFilter,
    from: From,
    size: u32,
    now: Timestamp,
) -> Result<Found> {
    let snapshot = conn.unchecked_transaction()?;
    let list = List { conn: &snapshot, tenant, filter, now, sources: sources(filter, now) };
    let (total, counted_all) = list.count()?;
    let (items, more) = list.page(from, size as usize)?;
    snapshot.finish()?;
    Ok(Found { items, more, total, counted_all })
}

/// Where tickets are looked for, in the order of expiry.
struct Source {
    sql: &'static str,
    /// `?1`: a state, or whose tickets.
    of: Of,
    /// Expiring after then.
    after: i64,
    /// Expiring then or before.
    until: i64,
}

enum Of {
    State(&'static str),
    Id([u8; 16]),
}

const BY_STATE: &str = "SELECT expires_at, id FROM tickets
     WHERE tenant_id = ?2 AND state = ?1 AND expires_at > ?3 AND expires_at <= ?4 AND (expires_at, id) < (?5, ?6)
     ORDER BY expires_at DESC, id DESC";
const BY_ID: [&str; 2] = [
    "SELECT expires_at, ticket_id FROM ticket_recent
     WHERE of_id = ?1 AND ?2 IS NOT NULL AND expires_at > ?3 AND expires_at <= ?4
     AND (expires_at, ticket_id) < (?5, ?6) ORDER BY expires_at DESC, ticket_id DESC",
    "SELECT expires_at, ticket_id FROM ticket_index
     WHERE of_id = ?1 AND ?2 IS NOT NULL AND expires_at > ?3 AND expires_at <= ?4
     AND (expires_at, ticket_id) < (?5, ?6) ORDER BY expires_at DESC, ticket_id DESC",
];

fn sources(filter: &TicketFilter, now: Timestamp) -> Vec<Source> {
    // A ticket expires soon after it is minted: whoever asks for a time of minting asks for one of expiry.
    let after = filter.minted_from.map_or(i64::MIN, Timestamp::as_millis);
    let until = filter.minted_until.map_or(i64::MAX, |t| t.plus(Mint::MAX_TTL).as_millis());
    let now = now.as_millis();
    let (after, until) = match filter.status {
        Some(TicketStatus::Issued) => (after.max(now), until),
        Some(TicketStatus::Expired) => (after, until.min(now)),
        Some(TicketStatus::Spent | TicketStatus::Revoked) | None => (after, until),
    };
    let source = |sql, of| Source { sql, of, after, until };
    if let Some(id) = whose(filter) {
        return BY_ID.into_iter().map(|sql| source(sql, Of::Id(id))).collect();
    }
    let states: &[&str] = match filter.status {
        Some(TicketStatus::Issued | TicketStatus::Expired) => &["issued"],
        Some(TicketStatus::Spent) => &["spent"],
        Some(TicketStatus::Revoked) => &["revoked"],
        None => &["issued", "spent", "revoked"],
    };
    states.iter().map(|state| source(BY_STATE, Of::State(state))).collect()
}

/// A user has the fewest tickets, a minter the most.
fn whose(filter: &TicketFilter) -> Option<[u8; 16]> {
    let minter = filter.minter.map(|minter| match minter {
        MinterId::Key(key) => *key.bytes(),
        MinterId::User(user) => *user.bytes(),
    });
    filter.user.map(|u| *u.bytes()).or_else(|| filter.client.map(|c| *c.bytes())).or(minter)
}

struct List<'a> {
    conn: &'a Connection,
    tenant: TenantId,
    filter: &'a TicketFilter,
    now: Timestamp,
    sources: Vec<Source>,
}

impl List<'_> {
    /// How many there are, and whether that is all of them.
    fn count(&self) -> Result<(u64, bool)> {
        let mut total = 0;
        let all = self.walk(START, |_| {
            total += 1;
            Ok(if total > COUNTED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok((total.min(COUNTED), all))
    }

    /// The tickets of a page, and whether more follow.
    fn page(&self, from: From, size: usize) -> Result<(Vec<Ticket>, bool)> {
        let (start, mut skip) = match from {
            From::Skip(skip) => (START, skip),
            From::After(place) => (place, 0),
        };
        let (mut items, mut more) = (Vec::with_capacity(size), false);
        self.walk(start, |found| {
            if skip > 0 {
                skip -= 1;
            } else if items.len() == size {
                more = true;
                return Ok(ControlFlow::Break(()));
            } else {
                items.extend(found.ticket(self.conn)?);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((items, more))
    }

    /// Visits those after `start`, in order; whether it came to their end.
    fn walk(
        &self,
        start: Position,
        mut visit: impl FnMut(Candidate) -> Result<ControlFlow<()>>,
    ) -> Result<bool> {
        let mut statements: Vec<CachedStatement<'_>> =
            self.sources.iter().map(|s| self.conn.prepare_cached(s.sql)).collect::<Result<_>>()?;
        let mut streams = Vec::with_capacity(statements.len());
        for (statement, source) in statements.iter_mut().zip(&self.sources) {
            streams.push(Stream::open(statement, source, self.tenant, start)?);
        }
        let (by_state, mut left) = (self.is_by_state(), LOOKED_AT);
        while let Some(place) = next(&mut streams)? {
            let candidate = match by_state {
                true => Candidate::Place(place),
                false if left == 0 => return Ok(false),
                false => {
                    left -= 1;
                    match get(self.conn, place.id)?.filter(|t| self.shows(t)) {
                        Some(ticket) => Candidate::Ticket(Box::new(ticket)),
                        None => continue,
                    }
                }
            };
            if visit(candidate)?.is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether all that the sources give is shown, without a look at each ticket.
    fn is_by_state(&self) -> bool {
        let TicketFilter { user, client, minter, minted_from, minted_until, .. } = self.filter;
        user.is_none()
            && client.is_none()
            && minter.is_none()
            && minted_from.is_none()
            && minted_until.is_none()
    }

    fn shows(&self, ticket: &Ticket) -> bool {
        ticket.tenant == self.tenant && self.filter.shows(ticket, self.now)
    }
}

/// Before all others: nothing expires later.
const START: Position =
    Position { expires_at: Timestamp::from_millis(i64::MAX), id: TicketId::from_bytes([0xff; 16]) };

/// A ticket of the list, read or not yet.
enum Candidate {
    Place(Position),
    Ticket(Box<Ticket>),
}

impl Candidate {
    fn ticket(self, conn: &Connection) -> Result<Option<Ticket>> {
        match self {
            Self::Place(place) => get(conn, place.id),
            Self::Ticket(ticket) => Ok(Some(*ticket)),
        }
    }
}

/// A source as it is read, and what comes next from it.
struct Stream<'s> {
    rows: Rows<'s>,
    head: Option<Position>,
}

impl<'s> Stream<'s> {
    fn open(
        statement: &'s mut CachedStatement<'_>,
        source: &Source,
        tenant: TenantId,
        start: Position,
    ) -> Result<Self> {
        let (expires_at, id) = (start.expires_at.as_millis(), start.id.bytes());
        let Source { after, until, .. } = source;
        let rows = match &source.of {
            Of::State(of) => statement.query(params![of, tenant.bytes(), after, until, expires_at, id])?,
            Of::Id(of) => statement.query(params![of, tenant.bytes(), after, until, expires_at, id])?,
        };
        let mut stream = Self { rows, head: None };
        stream.advance()?;
        Ok(stream)
    }

    fn advance(&mut self) -> Result<()> {
        self.head = match self.rows.next()? {
            Some(row) => {
                let mut c = Columns::of(row);
                Some(Position { expires_at: c.time()?, id: c.id()? })
            }
            None => None,
        };
        Ok(())
    }
}

/// The first of the streams' heads, taken from all of them: while it is carried over, a ticket may be in two.
fn next(streams: &mut [Stream<'_>]) -> Result<Option<Position>> {
    let heads = streams.iter().filter_map(|s| s.head);
    let Some(first) = heads.max_by_key(|p| (p.expires_at, p.id)) else { return Ok(None) };
    for stream in streams.iter_mut().filter(|s| s.head == Some(first)) {
        stream.advance()?;
    }
    Ok(Some(first))
}
