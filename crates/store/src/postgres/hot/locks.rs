//! The rows that a batch is judged by, locked, and what becomes of them as it is judged.

use super::super::error::PostgresError;
use super::super::session::Session;
use super::super::value::value;
use crate::queries::{Columns, Error, Result, session, ticket_life};
use authms_core::commit::{Change, Commit, Guard};
use authms_core::id::{SessionId, TenantId, TicketId, UserId};
use authms_core::ticket::Idempotency;
use authms_core::time::Timestamp;
use authms_core::{session as sessions, signin, ticket as tickets};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

/// A minter's idempotency key: its scope and its hash.
type MintKey = ([u8; 16], [u8; 32]);

/// Whose history it is, and in which tenant.
type Whose = (UserId, TenantId);

/// What can be changed by one commit of a batch only.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Place {
    Ticket(TicketId),
    Session(SessionId),
    Key(MintKey),
    History(Whose),
}

/// Rows to be locked.
#[derive(Default)]
pub(super) struct Wanted {
    tickets: BTreeSet<TicketId>,
    sessions: BTreeSet<SessionId>,
    keys: BTreeSet<MintKey>,
    histories: BTreeSet<Whose>,
}

impl Wanted {
    /// Of all guards and changes of these.
    pub(super) fn by(commits: &[Commit]) -> Self {
        let mut wanted = Self::default();
        for commit in commits {
            let guarded = commit.guards().iter().filter_map(guarded);
            guarded.chain(commit.changes().iter().filter_map(changed)).for_each(|place| wanted.insert(place));
        }
        wanted
    }

    fn insert(&mut self, place: Place) {
        match place {
            Place::Ticket(id) => drop(self.tickets.insert(id)),
            Place::Session(id) => drop(self.sessions.insert(id)),
            Place::Key(key) => drop(self.keys.insert(key)),
            Place::History(whose) => drop(self.histories.insert(whose)),
        }
    }
}

/// The row that one change inserts.
fn inserted(change: &Change) -> Option<Place> {
    match change {
        Change::Ticket(tickets::Change::Mint(new)) => Some(Place::Ticket(new.ticket.id)),
        Change::Session(sessions::Change::Open(new)) => Some(Place::Session(new.session.id)),
        _ => None,
    }
}

/// What a guard is about.
fn guarded(guard: &Guard) -> Option<Place> {
    match guard {
        Guard::TicketLive { id, .. } => Some(Place::Ticket(*id)),
        Guard::SessionOpen(id) | Guard::FamilyHead { session: id, .. } => Some(Place::Session(*id)),
        Guard::IdempotencyFree { scope, key_hash } => Some(Place::Key((*scope, *key_hash))),
        Guard::HistoryAsRead { tenant, user, .. } => Some(Place::History((*user, *tenant))),
        _ => None,
    }
}

/// What one change writes that others must not write beside it.
fn changed(change: &Change) -> Option<Place> {
    match change {
        Change::Ticket(tickets::Change::Spend { id, .. }) => Some(Place::Ticket(*id)),
        Change::Ticket(tickets::Change::Mint(new)) => {
            new.idempotency.as_ref().map(|key| Place::Key((key.scope, key.key_hash)))
        }
        Change::Session(sessions::Change::Rotate { id, .. } | sessions::Change::End { id, .. }) => {
            Some(Place::Session(*id))
        }
        Change::SignIn(signin::Change::Learn(learned)) => {
            Some(Place::History((learned.user, learned.tenant)))
        }
        _ => None,
    }
}

/// What can be said of a commit.
pub(super) enum Verdict {
    /// It is to be written.
    Passes,
    /// The guard of this index fails.
    Fails(usize),
    /// It would have to be written after another one of its batch.
    Later,
}

/// Locked rows, as they are once what passed is written.
pub(super) struct Locked {
    tickets: BTreeMap<TicketId, ticket_life::Life>,
    sessions: BTreeMap<SessionId, session::Life>,
    /// Until when they are taken.
    keys: BTreeMap<MintKey, Timestamp>,
    /// Their revisions.
    histories: BTreeMap<Whose, u64>,
    changed: HashSet<Place>,
    /// What cannot be judged by in this batch: rows that it inserts, and all that is written by commits that are judged later.
    unseen: HashSet<Place>,
}

/// The statements that lock, each of which takes its rows in the order of their keys: nobody holds one and waits for
/// another who does the same the other way round.
pub(super) struct Locking {
    tickets: Option<Statement>,
    sessions: Option<Statement>,
    keys: Option<Statement>,
    histories: Option<Statement>,
}

impl Locking {
    /// Those that are needed.
    pub(super) async fn prepare(session: &Session, wanted: &Wanted) -> Result<Self> {
        static TICKETS: LazyLock<String> = LazyLock::new(|| locking("tickets", ticket_life::Life::COLUMNS));
        static SESSIONS: LazyLock<String> = LazyLock::new(|| locking("sessions", session::Life::COLUMNS));
        // A key that is free has no row to lock: of two that take it one changes nothing, and is judged again.
        let keys =
            "SELECT k.scope, k.key_hash, k.until FROM unnest(?1::bytea[], ?2::bytea[]) AS g(scope, key_hash)
                    JOIN mint_keys k ON k.scope = g.scope AND k.key_hash = g.key_hash";
        // So it is of a history that is not there: of two who write the first, one overlooks it, and changes nothing.
        let histories =
            "SELECT h.user_id, h.tenant_id, h.rev FROM unnest(?1::bytea[], ?2::bytea[]) AS g(user_id, tenant_id)
                         JOIN histories h ON h.user_id = g.user_id AND h.tenant_id = g.tenant_id
                         ORDER BY h.user_id, h.tenant_id FOR UPDATE OF h";
        Ok(Self {
            tickets: if wanted.tickets.is_empty() { None } else { Some(session.prepare(&TICKETS).await?) },
            sessions: if wanted.sessions.is_empty() { None } else { Some(session.prepare(&SESSIONS).await?) },
            keys: if wanted.keys.is_empty() { None } else { Some(session.prepare(keys).await?) },
            histories: if wanted.histories.is_empty() {
                None
            } else {
                Some(session.prepare(histories).await?)
            },
        })
    }

    /// Locks them.
    pub(super) async fn lock(&self, session: &Session, wanted: &Wanted) -> Result<Locked> {
        let tickets: Vec<&[u8]> = wanted.tickets.iter().map(|id| &id.bytes()[..]).collect();
        let sessions: Vec<&[u8]> = wanted.sessions.iter().map(|id| &id.bytes()[..]).collect();
        let (scopes, hashes): (Vec<&[u8]>, Vec<&[u8]>) =
            wanted.keys.iter().map(|(scope, hash)| (&scope[..], &hash[..])).unzip();
        let (users, tenants): (Vec<&[u8]>, Vec<&[u8]>) =
            wanted.histories.iter().map(|(user, tenant)| (&user.bytes()[..], &tenant.bytes()[..])).unzip();
        let (tickets, sessions): ([Param<'_>; 1], [Param<'_>; 1]) = ([&tickets], [&sessions]);
        let (keys, histories): ([Param<'_>; 2], [Param<'_>; 2]) = ([&scopes, &hashes], [&users, &tenants]);
        // Under way at once, answered in this order.
        let (tickets, sessions, keys, histories) = tokio::join!(
            rows(session, self.tickets.as_ref(), &tickets),
            rows(session, self.sessions.as_ref(), &sessions),
            rows(session, self.keys.as_ref(), &keys),
            rows(session, self.histories.as_ref(), &histories),
        );
        Ok(Locked {
            tickets: tickets?.iter().map(|row| read(row, ticket_life::Life::read)).collect::<Result<_>>()?,
            sessions: sessions?.iter().map(|row| read(row, session::Life::read)).collect::<Result<_>>()?,
            keys: keys?.iter().map(read_key).collect::<Result<_>>()?,
            histories: histories?.iter().map(read_history).collect::<Result<_>>()?,
            changed: HashSet::new(),
            unseen: HashSet::new(),
        })
    }
}

fn locking(table: &str, columns: &str) -> String {
    format!("SELECT id, {columns} FROM {table} WHERE id = ANY(?1) ORDER BY id FOR UPDATE")
}

type Param<'a> = &'a (dyn ToSql + Sync);

async fn rows(session: &Session, statement: Option<&Statement>, params: &[Param<'_>]) -> Result<Vec<Row>> {
    let Some(statement) = statement else { return Ok(Vec::new()) };
    Ok(session.client().query(statement, params).await.map_err(PostgresError::from)?)
}

fn read<K, T>(
    row: &Row,
    read: impl FnOnce(&mut Columns<'_>) -> Result<T>,
) -> Result<(authms_core::id::Id<K>, T)> {
    let mut columns = Columns::of_postgres(row);
    Ok((columns.id()?, read(&mut columns)?))
}

fn read_key(row: &Row) -> Result<(MintKey, Timestamp)> {
    let bytes = |index| value(row, index)?.as_blob().map_err(|_| Error::Invalid(index));
    let scope = bytes(0)?.try_into().map_err(|_| Error::Invalid(0))?;
    let hash = bytes(1)?.try_into().map_err(|_| Error::Invalid(1))?;
    let until = value(row, 2)?.as_i64().map_err(|_| Error::Invalid(2))?;
    Ok(((scope, hash), Timestamp::from_millis(until)))
}

fn read_history(row: &Row) -> Result<(Whose, u64)> {
    let mut columns = Columns::of_postgres(row);
    Ok(((columns.id()?, columns.id()?), columns.count()?))
}

impl Locked {
    /// The latest time that any of the rows says that it was written at.
    pub(super) fn written_at(&self) -> Timestamp {
        let tickets = self.tickets.values().map(|ticket| ticket.created_at);
        let sessions = self.sessions.values().map(|session| session.refreshed_at);
        tickets.chain(sessions).max().unwrap_or(Timestamp::from_millis(i64::MIN))
    }

    /// Judges one commit after those before it.
    pub(super) fn judge(&mut self, commit: &Commit, at: Timestamp) -> Verdict {
        let places: Vec<Place> = commit.changes().iter().filter_map(changed).collect();
        let concerned = commit.guards().iter().filter_map(guarded).chain(places.iter().copied());
        let waits = concerned.into_iter().any(|place| self.unseen.contains(&place));
        if !waits && let Some(index) = commit.guards().iter().position(|guard| !self.holds(guard, at)) {
            return Verdict::Fails(index);
        }
        self.unseen.extend(commit.changes().iter().filter_map(inserted));
        if waits || places.iter().any(|place| self.changed.contains(place)) {
            self.unseen.extend(places);
            return Verdict::Later;
        }
        self.changed.extend(places);
        commit.changes().iter().for_each(|change| self.change(change, at));
        Verdict::Passes
    }

    fn holds(&self, guard: &Guard, at: Timestamp) -> bool {
        match guard {
            Guard::TicketLive { id, attempts_below } => {
                self.tickets.get(id).is_some_and(|ticket| ticket.is_live(*attempts_below, at))
            }
            Guard::SessionOpen(id) => self.sessions.get(id).is_some_and(|session| session.is_open(at)),
            Guard::FamilyHead { session, generation } => self
                .sessions
                .get(session)
                .is_some_and(|session| session.is_open(at) && session.head == *generation),
            Guard::IdempotencyFree { scope, key_hash } => {
                self.keys.get(&(*scope, *key_hash)).is_none_or(|until| *until <= at)
            }
            Guard::HistoryAsRead { tenant, user, rev } => {
                self.histories.get(&(*user, *tenant)).copied().unwrap_or(0) == *rev
            }
            // None of these is on the list.
            _ => false,
        }
    }

    fn change(&mut self, change: &Change, at: Timestamp) {
        match change {
            Change::Ticket(tickets::Change::Spend { id, .. }) => {
                self.tickets.entry(*id).and_modify(|ticket| ticket.open = false);
            }
            Change::Ticket(tickets::Change::Mint(new)) => {
                let until = at.plus(Idempotency::WINDOW);
                self.keys.extend(new.idempotency.as_ref().map(|key| ((key.scope, key.key_hash), until)));
            }
            Change::Session(sessions::Change::Rotate { id, generation, .. }) => {
                self.sessions.entry(*id).and_modify(|session| session.head = *generation);
            }
            Change::Session(sessions::Change::End { id, .. }) => {
                self.sessions.entry(*id).and_modify(|session| session.ended = true);
            }
            Change::SignIn(signin::Change::Learn(learned)) => {
                self.histories.insert((learned.user, learned.tenant), learned.rev + 1);
            }
            _ => {}
        }
    }

    /// The ticket that opened a session.
    pub(super) fn opened_by(&self, session: SessionId) -> Option<TicketId> {
        self.sessions.get(&session).and_then(|session| session.opened_by)
    }
}
