//! What is stored, and what each client knows.

use super::Life;
use crate::promise::Promise;

/// What a ticket opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Opens {
    Session,
    Challenge,
}

/// A ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ticket {
    Issued,
    /// Under this key; `replayable` until somebody else comes with it.
    Spent {
        key: Option<u8>,
        replayable: bool,
    },
}

/// A challenge that waits or waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Challenge {
    pub(crate) wrong: u8,
    pub(crate) over: bool,
}

/// A session and its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Session {
    pub(crate) head: u8,
    pub(crate) ended: bool,
}

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    Redeem,
    /// A right or a wrong code.
    Guess(bool),
    /// With the token of this generation.
    Refresh(u8),
    LogOut,
    Look,
}

/// A request under way, with what was read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Doing {
    pub(crate) deed: Deed,
    pub(crate) ticket: Ticket,
    pub(crate) wrong: Option<u8>,
    pub(crate) session: Option<Session>,
    /// Whether the end of the session had been acknowledged before this began.
    pub(crate) after_end: bool,
}

/// A client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Client {
    pub(crate) doing: Option<Doing>,
    /// Requests that it may still send.
    pub(crate) left: u8,
    /// The newest refresh token that it holds, by generation.
    pub(crate) token: Option<u8>,
    pub(crate) challenge: bool,
    /// Its redemption was written, and the answer did not arrive.
    pub(crate) missed: bool,
}

/// Everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) ticket: Ticket,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) session: Option<Session>,
    pub(crate) clients: Vec<Client>,
    /// Repetitions are still answered.
    pub(crate) in_time: bool,
    /// Sessions and challenges that the ticket opened.
    pub(crate) opened: u8,
    /// Successors of each generation.
    pub(crate) successors: Vec<u8>,
    pub(crate) passes: u8,
    /// Codes that were judged.
    pub(crate) judged: u8,
    pub(crate) acts: u8,
    pub(crate) rows: u8,
    /// The session's end was acknowledged.
    pub(crate) end_acknowledged: bool,
    pub(crate) repeated: bool,
    pub(crate) reuse_ended: bool,
    broken: Vec<Promise>,
}

impl State {
    pub(crate) fn new(life: &Life) -> Self {
        let clients = life.requests.iter().map(|left| Client { left: *left, ..Client::default() });
        Self {
            ticket: Ticket::Issued,
            challenge: None,
            session: None,
            clients: clients.collect(),
            in_time: true,
            opened: 0,
            successors: Vec::new(),
            passes: 0,
            judged: 0,
            acts: 0,
            rows: 0,
            end_acknowledged: false,
            repeated: false,
            reuse_ended: false,
            broken: Vec::new(),
        }
    }

    pub(crate) fn kept(&self, promise: Promise) -> bool {
        !self.broken.contains(&promise)
    }

    pub(crate) fn breaks(&mut self, promise: Promise) {
        if self.kept(promise) {
            self.broken.push(promise);
        }
    }

    /// What a client may ask for: everybody holds the ticket.
    pub(crate) fn deeds(&self, client: usize) -> Vec<Deed> {
        let client = &self.clients[client];
        let mut deeds = Vec::new();
        if let Some(generation) = client.token {
            deeds.extend([Deed::Refresh(generation), Deed::LogOut, Deed::Look]);
            // A token that was used before: its answer was lost, or somebody stole it.
            deeds.extend(generation.checked_sub(1).map(Deed::Refresh));
        } else if client.challenge {
            deeds.extend([Deed::Guess(true), Deed::Guess(false), Deed::Redeem]);
        } else {
            deeds.push(Deed::Redeem);
        }
        deeds
    }

    /// A request is sent, and what it is decided on is read.
    pub(crate) fn begin(&mut self, client: usize, deed: Deed) {
        self.clients[client].left -= 1;
        self.read(client, deed, self.end_acknowledged);
    }

    /// Reads, at first or once more after a conflict.
    pub(crate) fn read(&mut self, client: usize, deed: Deed, after_end: bool) {
        let wrong = self.challenge.filter(|challenge| !challenge.over).map(|challenge| challenge.wrong);
        let doing = Doing { deed, ticket: self.ticket, wrong, session: self.session, after_end };
        self.clients[client].doing = Some(doing);
    }
}
