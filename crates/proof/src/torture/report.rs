//! What was run, and what it showed.

use super::history::{Call, Op, Outcome};
use super::promise::Violation;
use crate::cluster::Engine;
use crate::faults::Kind;
use crate::table::{grouped, render};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) engine: Engine,
    pub(crate) lossy: bool,
    pub(crate) nodes: usize,
    /// Each is a client with a history of its own.
    pub(crate) clients: usize,
    pub(crate) seconds: f64,
    pub(crate) faults: BTreeMap<Kind, usize>,
    /// Kinds of faults that cannot be made here, and why.
    pub(crate) impossible: BTreeMap<Kind, String>,
    /// From the end of a fault until every node was ready.
    pub(crate) slowest_recovery_ms: f64,
    pub(crate) calls: BTreeMap<&'static str, Outcomes>,
    /// Tickets that let in although every answer about that was lost.
    pub(crate) done_unseen: usize,
    pub(crate) violations: Vec<Violation>,
    /// What is wrong with the store itself, or with a node that did not come back.
    pub(crate) store: Vec<String>,
    /// Answers that the contract does not foresee, and how often.
    pub(crate) odd: BTreeMap<String, usize>,
}

/// How one kind of request ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Outcomes {
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
    pub(crate) unknown: usize,
}

impl Report {
    pub(super) fn count(&mut self, ops: &[Op]) {
        for op in ops {
            let name = match op.call {
                Call::Mint => "mint",
                Call::Redeem { .. } => "redeem",
                Call::Refresh { .. } => "refresh",
                Call::Logout => "log out",
                Call::Revoke => "revoke",
                Call::Look { .. } => "look",
            };
            let outcomes = self.calls.entry(name).or_default();
            match op.outcome {
                Outcome::Minted { .. } | Outcome::Tokens(_) | Outcome::Done => outcomes.acknowledged += 1,
                Outcome::Refused { .. } => outcomes.refused += 1,
                Outcome::Unknown => outcomes.unknown += 1,
            }
        }
    }

    /// Nothing lost, nothing doubled, nothing that ought not to be answered; and something was acknowledged at all.
    pub(crate) fn is_clean(&self) -> bool {
        let redeemed = self.calls.get("redeem").is_some_and(|redeems| redeems.acknowledged > 0);
        redeemed && self.violations.is_empty() && self.store.is_empty() && self.odd.is_empty()
    }

    pub(crate) fn human(&self) -> String {
        let count = |count: usize| grouped(count as f64);
        let faults: Vec<_> = self.faults.iter().map(|(kind, n)| vec![kind.name(), count(*n)]).collect();
        let row = |(name, outcomes): (&&str, &Outcomes)| {
            let Outcomes { acknowledged, refused, unknown } = *outcomes;
            vec![(*name).to_owned(), count(acknowledged), count(refused), count(unknown)]
        };
        let calls: Vec<_> = self.calls.iter().map(row).collect();
        let mut text = render(&["fault", "times"], &faults);
        text += "\n";
        text += &render(&["request", "acknowledged", "refused", "unknown"], &calls);
        let layer = if self.lossy { ", unsynced writes are lost" } else { "" };
        text += &format!(
            "\nseed {}; {:?}{layer}; {} nodes, {} clients, {:.0} s; slowest recovery {:.0} ms; \
             {} sign-ins behind lost answers\n",
            self.seed,
            self.engine,
            self.nodes,
            self.clients,
            self.seconds,
            self.slowest_recovery_ms,
            count(self.done_unseen)
        );
        for (kind, why) in &self.impossible {
            text += &format!("NOT POSSIBLE HERE: {}: {why}\n", kind.name());
        }
        for Violation { promise, ticket, at, what } in self.violations.iter().take(20) {
            text += &format!("VIOLATION {promise:?} {ticket} {:.3} s: {what}\n", *at as f64 / 1e6);
        }
        for (answer, times) in self.odd.iter().take(20) {
            text += &format!("ODD ANSWER {times} times: {answer}\n");
        }
        for finding in self.store.iter().take(20) {
            text += &format!("STORE {finding}\n");
        }
        text += &match self.is_clean() {
            true => "nothing lost, nothing doubled\n".to_owned(),
            false => format!("{} VIOLATIONS\n", count(self.violations.len())),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_shows_nothing_is_not_clean() {
        let mut report = Report::default();
        assert!(!report.is_clean(), "nothing was acknowledged");
        report.calls.insert("redeem", Outcomes { acknowledged: 1, ..Outcomes::default() });
        assert!(report.is_clean());
        report.odd.insert("500 {}".to_owned(), 1);
        assert!(!report.is_clean());
    }
}
