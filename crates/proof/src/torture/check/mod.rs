//! Judges whole histories: whatever order things happened in, does it explain every answer? Pure.
//!
//! A request takes effect at some moment between its beginning and its end; one without an answer at any moment after
//! its beginning, or never. What follows from that for certain is demanded, and nothing else.

mod clocks;
mod session;
mod store;
mod tests;
mod ticket;

pub(crate) use clocks::{Clocks, Skew};
pub(crate) use store::{Facts, SessionFact, TicketFact};

use super::history::{Call, NEVER, Op, Outcome};
use super::promise::{Promise, Violation};
use std::collections::BTreeMap;

/// Nothing is demanded this close to the end of a lifetime or of a window. Microseconds.
const MARGIN: u64 = 2_000_000;

/// The life of one ticket and of what came out of it.
struct Life<'a> {
    ticket: &'a str,
    /// Its identifier.
    id: &'a str,
    minted: &'a Op,
    /// When it expires.
    expires: u64,
    /// All requests about it, by their beginning.
    ops: Vec<&'a Op>,
    clocks: &'a Clocks,
    violations: Vec<Violation>,
}

/// All promises that were broken; without facts, those that show from outside.
pub(crate) fn judge(ops: &[Op], clocks: &Clocks, facts: Option<&Facts>) -> Vec<Violation> {
    let mut violations: Vec<Violation> =
        lives(ops, clocks).into_iter().flat_map(|l| l.judged(facts)).collect();
    violations.sort_by_key(|violation| (violation.at, violation.promise));
    violations
}

/// How many requests without an answer were carried out all the same.
pub(crate) fn done_unseen(ops: &[Op], clocks: &Clocks, facts: &Facts) -> usize {
    lives(ops, clocks).iter().filter(|life| life.signed_in_unseen(facts)).count()
}

fn lives<'a>(ops: &'a [Op], clocks: &'a Clocks) -> Vec<Life<'a>> {
    let mut tickets: BTreeMap<&str, Vec<&Op>> = BTreeMap::new();
    for op in ops.iter().filter(|op| !op.ticket.is_empty()) {
        tickets.entry(&op.ticket).or_default().push(op);
    }
    tickets.into_values().filter_map(|ops| Life::of(ops, clocks)).collect()
}

impl<'a> Life<'a> {
    fn of(mut ops: Vec<&'a Op>, clocks: &'a Clocks) -> Option<Self> {
        ops.sort_by_key(|op| op.from);
        let mint = ops.iter().find_map(|op| match &op.outcome {
            Outcome::Minted { ticket, id, expires } => Some((*op, ticket.as_str(), id.as_str(), *expires)),
            _ => None,
        });
        let (minted, ticket, id, expires) = mint?;
        Some(Self { ticket, id, minted, expires, ops, clocks, violations: Vec::new() })
    }

    fn judged(mut self, facts: Option<&Facts>) -> Vec<Violation> {
        self.judge_ticket();
        self.judge_sessions();
        if let Some(facts) = facts {
            self.judge_store(facts);
        }
        self.violations
    }

    /// Each broken promise counts once a ticket, however often it shows.
    fn flag(&mut self, promise: Promise, at: u64, what: String) {
        if !self.violations.iter().any(|known| known.promise == promise) {
            self.violations.push(Violation { promise, ticket: self.ticket.to_owned(), at, what });
        }
    }

    fn redeems(&self) -> impl Iterator<Item = (&'a Op, Option<&'a str>)> {
        self.ops.iter().filter_map(|op| match &op.call {
            Call::Redeem { key } => Some((*op, key.as_deref())),
            _ => None,
        })
    }

    fn refreshes(&self) -> impl Iterator<Item = (&'a Op, &'a str)> {
        self.ops.iter().filter_map(|op| match &op.call {
            Call::Refresh { token } => Some((*op, token.as_str())),
            _ => None,
        })
    }

    fn revokes(&self) -> impl Iterator<Item = &'a Op> {
        self.ops.iter().copied().filter(|op| op.call == Call::Revoke)
    }

    fn logouts(&self) -> impl Iterator<Item = &'a Op> {
        self.ops.iter().copied().filter(|op| op.call == Call::Logout)
    }

    /// A store's clock that was wrong may have made this refusal right.
    fn excused(&self, op: &Op) -> bool {
        self.clocks.excuse(self.minted.from, op)
    }
}

/// For people: seconds with three places.
fn seconds(at: u64) -> String {
    if at == NEVER { "the end".to_owned() } else { format!("{:.3} s", at as f64 / 1e6) }
}
