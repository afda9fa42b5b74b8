//! What a simulation came to.

use super::mutant::Mutant;
use super::verdict::{Verdict, Violation};
use crate::table::{grouped, render};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) seeds: u64,
    pub(crate) seconds: f64,
    /// How often each thing happened.
    pub(crate) happened: BTreeMap<&'static str, u64>,
    /// The seeds in which a promise was broken, and how.
    pub(crate) broken: BTreeMap<u64, Vec<Violation>>,
    #[serde(skip)]
    mutant: Option<Mutant>,
}

impl Report {
    pub(super) fn new(mutant: Option<Mutant>) -> Self {
        Self { seeds: 0, seconds: 0.0, happened: BTreeMap::new(), broken: BTreeMap::new(), mutant }
    }

    /// Whether to go on.
    pub(super) fn add(&mut self, seed: u64, verdict: Verdict) -> bool {
        self.seeds += 1;
        for (kind, count) in verdict.happened {
            *self.happened.entry(kind).or_default() += count;
        }
        if !verdict.violations.is_empty() {
            self.broken.insert(seed, verdict.violations);
        }
        self.broken.is_empty()
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.broken.is_empty()
    }

    pub(crate) fn human(&self) -> String {
        let rows: Vec<_> = self
            .happened
            .iter()
            .map(|(kind, count)| vec![(*kind).to_owned(), grouped(*count as f64)])
            .collect();
        let mut text = render(&["simulation", "count"], &rows);
        let found = self.broken.values().map(Vec::len).sum::<usize>();
        text +=
            &format!("\n{} seeds in {:.1} s, {found} violations\n", grouped(self.seeds as f64), self.seconds);
        for (seed, violations) in &self.broken {
            for violation in violations.iter().take(10) {
                text += &format!("VIOLATION of {}: {}\n", violation.promise.name(), violation.what);
            }
            text += &format!("{}\n", self.replay(*seed));
        }
        text
    }

    /// The command that plays a seed again.
    pub(crate) fn replay(&self, seed: u64) -> String {
        use clap::ValueEnum as _;
        let mutant = self.mutant.and_then(|mutant| mutant.to_possible_value());
        let mutant = mutant.map(|value| format!(" --mutant {}", value.get_name())).unwrap_or_default();
        format!("replay: cargo run -p authms-proof -- simulate --seed {seed}{mutant}")
    }
}
