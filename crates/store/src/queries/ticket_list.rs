//! Lists of tickets. Those of a user, a client or a minter are found by `ticket_recent` and `ticket_index`, all others by
//! tenant and state; each source is read in order, and they are merged, so that a page costs what it shows.

use super::conn::{Conn, Result, ToSql, params};
use super::{all, first, ticket};
use authms_core::id::{TenantId, TicketId};
use authms_core::ticket::{
    COUNTED, Found, From, Mint, MinterId, Position, Ticket, TicketFilter, TicketStatus,
};
use authms_core::time::Timestamp;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// How many tickets are looked at for a page of those that match; who asks for rare ones among more narrows the list.
const LOOKED_AT: usize = 20_000;

/// How many places are read from a source at a time.
const PIECE: u32 = 256;

/// One ticket.
pub(crate) fn get(conn: Conn<'_>, id: TicketId) -> Result<Option<Ticket>> {
    static SQL: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM tickets t WHERE t.id = ?1", ticket::columns("t")));
    first(conn, &SQL, [id.bytes()], ticket::read)
}

/// A page of a tenant's tickets.
pub(crate) fn list(
    conn: Conn<'_>,
    tenant: TenantId,
    filter: &TicketFilter,
    from: From,
    size: u32,
    now: Timestamp,
) -> Result<Found> {
    conn.snapshot(|conn| {
        let list = List { conn, tenant, filter, now, way: Way::best(conn, tenant, filter, now)? };
        let (total, counted_all) = list.count()?;
        let (items, more) = list.page(from, size as usize)?;
        Ok(Found { items, more, total, counted_all })
    })
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
     ORDER BY expires_at DESC, id DESC LIMIT ?7";
const BY_ID: [&str; 2] = [
    "SELECT expires_at, ticket_id FROM ticket_recent
     WHERE of_id = ?1 AND coalesce(?2, of_id) IS NOT NULL AND expires_at > ?3 AND expires_at <= ?4
     AND (expires_at, ticket_id) < (?5, ?6) ORDER BY expires_at DESC, ticket_id DESC LIMIT ?7",
    "SELECT expires_at, ticket_id FROM ticket_index
     WHERE of_id = ?1 AND coalesce(?2, of_id) IS NOT NULL AND expires_at > ?3 AND expires_at <= ?4
     AND (expires_at, ticket_id) < (?5, ?6) ORDER BY expires_at DESC, ticket_id DESC LIMIT ?7",
];

/// A way to find all that a filter shows.
struct Way {
    sources: Vec<Source>,
    /// Whether it finds nothing else, so that nobody has to look at each ticket.
    exact: bool,
}

impl Way {
    /// The way with the fewest tickets on it; the first of those with too many to count.
    fn best(conn: Conn<'_>, tenant: TenantId, filter: &TicketFilter, now: Timestamp) -> Result<Self> {
        let mut ways = Self::all(filter, now);
        let Some(mut best) = ways.pop() else { return Ok(Self { sources: Vec::new(), exact: true }) };
        if ways.is_empty() {
            return Ok(best);
        }
        let mut fewest = best.length(conn, tenant)?;
        for way in ways.into_iter().rev() {
            let length = way.length(conn, tenant)?;
            if length <= fewest {
                (best, fewest) = (way, length);
            }
        }
        Ok(best)
    }

    /// All ways; the first is the best guess.
    fn all(filter: &TicketFilter, now: Timestamp) -> Vec<Self> {
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
        let timed = filter.minted_from.is_some() || filter.minted_until.is_some();
        let whose = whose(filter);
        let alone = whose.len() == 1 && filter.status.is_none() && !timed;
        let mut ways: Vec<Self> = whose
            .iter()
            .map(|(id, of_one_tenant)| Self {
                sources: BY_ID.into_iter().map(|sql| source(sql, Of::Id(*id))).collect(),
                exact: alone && *of_one_tenant,
            })
            .collect();
        if whose.is_empty() || filter.status.is_some() {
            let states = states(filter.status).iter().map(|state| source(BY_STATE, Of::State(state)));
            ways.push(Self { sources: states.collect(), exact: whose.is_empty() && !timed });
        }
        ways
    }

    /// How many tickets are on it, counted no further than those of a list.
    fn length(&self, conn: Conn<'_>, tenant: TenantId) -> Result<u64> {
        let mut length = 0;
        walk(conn, &self.sources, tenant, START, |_| {
            length += 1;
            Ok(if length == COUNTED { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(length)
    }
}

const fn states(status: Option<TicketStatus>) -> &'static [&'static str] {
    match status {
        Some(TicketStatus::Issued | TicketStatus::Expired) => &["issued"],
        Some(TicketStatus::Spent) => &["spent"],
        Some(TicketStatus::Revoked) => &["revoked"],
        None => &["issued", "spent", "revoked"],
    }
}

/// Whose tickets the filter shows, and whether those can be of one tenant only.
fn whose(filter: &TicketFilter) -> Vec<([u8; 16], bool)> {
    let minter = filter.minter.map(|minter| match minter {
        MinterId::Key(key) => (*key.bytes(), true),
        MinterId::User(user) => (*user.bytes(), false),
    });
    let (user, client) =
        (filter.user.map(|u| (*u.bytes(), false)), filter.client.map(|c| (*c.bytes(), true)));
    [user, client, minter].into_iter().flatten().collect()
}

struct List<'a> {
    conn: Conn<'a>,
    tenant: TenantId,
    filter: &'a TicketFilter,
    now: Timestamp,
    way: Way,
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
        let mut left = LOOKED_AT;
        walk(self.conn, &self.way.sources, self.tenant, start, |place| {
            if self.way.exact {
                return visit(Candidate::Place(place));
            }
            if left == 0 {
                return Ok(ControlFlow::Break(()));
            }
            left -= 1;
            match get(self.conn, place.id)?.filter(|t| self.shows(t)) {
                Some(ticket) => visit(Candidate::Ticket(Box::new(ticket))),
                None => Ok(ControlFlow::Continue(())),
            }
        })
    }

    fn shows(&self, ticket: &Ticket) -> bool {
        ticket.tenant == self.tenant && self.filter.shows(ticket, self.now)
    }
}

/// Visits the places of all sources after `start`, in order; whether it came to their end.
fn walk(
    conn: Conn<'_>,
    sources: &[Source],
    tenant: TenantId,
    start: Position,
    mut visit: impl FnMut(Position) -> Result<ControlFlow<()>>,
) -> Result<bool> {
    let mut streams = Vec::with_capacity(sources.len());
    for source in sources {
        streams.push(Stream::open(conn, source, tenant, start)?);
    }
    while let Some(place) = next(&mut streams)? {
        if visit(place)?.is_break() {
            return Ok(false);
        }
    }
    Ok(true)
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
    fn ticket(self, conn: Conn<'_>) -> Result<Option<Ticket>> {
        match self {
            Self::Place(place) => get(conn, place.id),
            Self::Ticket(ticket) => Ok(Some(*ticket)),
        }
    }
}

/// A source as it is read: a piece at a time, since not both engines hold several open.
struct Stream<'s> {
    conn: Conn<'s>,
    source: &'s Source,
    tenant: TenantId,
    /// What was read and not yet taken, the next at its end.
    piece: Vec<Position>,
    /// What to read on from; `None`: there is no more.
    rest: Option<Position>,
}

impl<'s> Stream<'s> {
    fn open(conn: Conn<'s>, source: &'s Source, tenant: TenantId, start: Position) -> Result<Self> {
        let mut stream = Self { conn, source, tenant, piece: Vec::new(), rest: Some(start) };
        stream.read()?;
        Ok(stream)
    }

    fn head(&self) -> Option<Position> {
        self.piece.last().copied()
    }

    fn advance(&mut self) -> Result<()> {
        self.piece.pop();
        if self.piece.is_empty() { self.read() } else { Ok(()) }
    }

    fn read(&mut self) -> Result<()> {
        let Some(from) = self.rest else { return Ok(()) };
        let Source { sql, of, after, until } = self.source;
        let of: &dyn ToSql = match of {
            Of::State(of) => of,
            Of::Id(of) => of,
        };
        let (expires_at, id) = (from.expires_at.as_millis(), from.id.bytes());
        let row = params![of, self.tenant.bytes(), after, until, expires_at, id, PIECE];
        self.piece = all(self.conn, sql, row, |c| Ok(Position { expires_at: c.time()?, id: c.id()? }))?;
        self.rest = if self.piece.len() == PIECE as usize { self.piece.last().copied() } else { None };
        self.piece.reverse();
        Ok(())
    }
}

/// The first of the streams' heads, taken from all of them: while it is carried over, a ticket may be in two.
fn next(streams: &mut [Stream<'_>]) -> Result<Option<Position>> {
    let heads = streams.iter().filter_map(Stream::head);
    let Some(first) = heads.max_by_key(|p| (p.expires_at, p.id)) else { return Ok(None) };
    for stream in streams.iter_mut().filter(|s| s.head() == Some(first)) {
        stream.advance()?;
    }
    Ok(Some(first))
}
