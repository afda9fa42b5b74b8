//! What the torture found.

use super::actor::Shared;
use super::check::{self, Acknowledged};
use super::event::Event;
use super::promise::Violation;
use crate::table::{grouped, render};
use serde::Serialize;
use std::sync::atomic::Ordering;

#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) lossy: bool,
    pub(crate) kills: u64,
    pub(crate) slowest_start_ms: f64,
    pub(crate) acknowledged: Acknowledged,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) resurrected: usize,
    /// Answers with a status that the contract does not foresee.
    pub(crate) odd: usize,
    pub(crate) violations: Vec<Violation>,
    /// What the database itself contradicts.
    pub(crate) database: Vec<String>,
}

impl Report {
    pub(crate) fn new(seed: u64, lossy: bool) -> Self {
        Self { seed, lossy, ..Self::default() }
    }

    pub(super) fn judge(&mut self, tickets: &[Vec<Event>], shared: &Shared) {
        self.acknowledged = check::count(tickets);
        self.acknowledged.unknown += shared.lost_mints.load(Ordering::Relaxed);
        self.odd = shared.odd.load(Ordering::Relaxed);
        self.violations = check::judge(tickets);
        for violation in &self.violations {
            match violation {
                Violation::LostMint(_) | Violation::LostSession(_) | Violation::LostRetry(_) => {
                    self.lost += 1
                }
                Violation::Doubled(_) => self.doubled += 1,
                Violation::Resurrected(_) => self.resurrected += 1,
            }
        }
        self.database.sort();
        self.database.dedup();
    }

    /// Nothing lost, nothing doubled, nothing that ought not to be answered.
    pub(crate) fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.database.is_empty() && self.odd == 0
    }

    pub(crate) fn human(&self) -> String {
        let row = |name: &str, count: usize| vec![name.to_owned(), grouped(count as f64)];
        let acknowledged = &self.acknowledged;
        let rows = [
            row("kills", self.kills as usize),
            row("acknowledged mints", acknowledged.mints),
            row("acknowledged redeems", acknowledged.redeems),
            row("acknowledged refreshes", acknowledged.refreshes),
            row("acknowledged logouts", acknowledged.logouts),
            row("answers lost in a kill", acknowledged.unknown),
            row("LOST", self.lost),
            row("DOUBLED", self.doubled + self.database.len()),
            row("RESURRECTED", self.resurrected),
            row("odd answers", self.odd),
        ];
        let layer = if self.lossy { "unsynced writes are lost" } else { "the page cache survives" };
        let mut text = render(&["torture", "count"], &rows);
        text += &format!("\nseed {}; {layer}; slowest restart {:.0} ms\n", self.seed, self.slowest_start_ms);
        for violation in self.violations.iter().take(20) {
            text += &format!("VIOLATION {violation:?}\n");
        }
        for finding in self.database.iter().take(20) {
            text += &format!("DATABASE {finding}\n");
        }
        text
    }
}
