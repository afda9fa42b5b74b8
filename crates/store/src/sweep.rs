//! The sweep: erases what may answer again no longer, reaps what is past its retention, and carries recent sessions and
//! tickets over to the places where they are looked for. A step at a time, so that commits wait no longer than for one.

use crate::queries::reap::Reaper;
use crate::queries::{Conn, Result, expired, session_index, ticket_index};
use authms_core::id::{SessionId, UserId};
use authms_core::retention::Retention;
use authms_core::time::{Span, Timestamp};

/// Sessions, and rows about tickets, carried over in one step: some five milliseconds.
const CARRIED: usize = 1000;

/// Sessions read at a time to be carried over; the more, the closer together they lie in their users' order.
const BACKLOG: u32 = 200_000;

/// How long sessions and tickets stay recent: the more are carried over together, the fewer pages are written for each.
const CARRY_EVERY: Span = Span::seconds(10);

/// What the sweep is in the middle of. Lost, it begins again.
#[derive(Default)]
pub(crate) struct Sweeper {
    /// When recent sessions were last read to be carried over.
    loaded_at: Option<Timestamp>,
    /// Recent sessions, by user.
    to_carry: Vec<(UserId, SessionId)>,
    /// Those that have reached their users' places, not yet forgotten as recent, in order.
    carried: Vec<SessionId>,
    /// How far recent tickets have been carried over.
    tickets: Option<ticket_index::Place>,
    reaper: Reaper,
}

impl Sweeper {
    /// One step, in a transaction that the caller commits, or else forgets this sweeper; whether there are more.
    pub(crate) fn step(&mut self, conn: Conn<'_>, keep: &Retention, now: Timestamp) -> Result<bool> {
        let idle = self.to_carry.is_empty() && self.carried.is_empty() && self.tickets.is_none();
        if idle && self.is_due(now) {
            self.load(conn)?;
            self.loaded_at = Some(now);
            self.tickets = Some(ticket_index::Place::START);
        }
        let erased_all = expired::erase(conn, now)?;
        let (to_carry, carried) = self.next();
        session_index::carry(conn, to_carry)?;
        session_index::forget_recent(conn, carried)?;
        let (carry_left, forget_left) =
            (self.to_carry.len() - to_carry.len(), self.carried.len() - carried.len());
        let tickets_left = match self.tickets {
            Some(from) => ticket_index::carry(conn, from, CARRIED as u32)?,
            None => None,
        };
        self.reaper = self.reaper.step(conn, keep, now)?;
        self.tickets = tickets_left;
        self.to_carry.truncate(carry_left);
        self.carried.truncate(forget_left);
        let carrying = carry_left + forget_left > 0 || self.tickets.is_some();
        Ok(!erased_all || carrying || self.reaper.is_under_way())
    }

    /// What this step is about: the ends of the lists, the first before the second.
    fn next(&self) -> (&[(UserId, SessionId)], &[SessionId]) {
        let end = |len: usize| len.saturating_sub(CARRIED)..len;
        if self.to_carry.is_empty() {
            (&[], &self.carried[end(self.carried.len())])
        } else {
            (&self.to_carry[end(self.to_carry.len())], &[])
        }
    }

    /// A clock that was set back makes nothing wait.
    fn is_due(&self, now: Timestamp) -> bool {
        self.loaded_at.is_none_or(|at| now < at || at.plus(CARRY_EVERY) <= now)
    }

    fn load(&mut self, conn: Conn<'_>) -> Result<()> {
        self.to_carry = session_index::recent(conn, BACKLOG)?;
        self.carried = self.to_carry.iter().map(|(_, session)| *session).collect();
        self.to_carry.sort_unstable();
        Ok(())
    }
}
