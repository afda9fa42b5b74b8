//! What the racers were told, against what the table says in the end.

use super::client::{Seen, Told};
use crate::Result;
use crate::faults::Kind;
use crate::table::{grouped, render};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    seed: u64,
    postgres: String,
    asynchronous: bool,
    cancel: bool,
    pub(super) seconds: f64,
    pub(super) faults: BTreeMap<Kind, usize>,
    /// From the end of a fault until the standby follows again.
    pub(super) slowest_recovery_ms: f64,
    won: usize,
    lost: usize,
    unknown: usize,
    /// Tickets that two clients were told to have.
    doubled: Vec<i64>,
    /// Tickets that a client was told to have, and that the table does not give it.
    forgotten: Vec<i64>,
}

impl Report {
    pub(super) fn new(seed: u64, asynchronous: bool, cancel: bool, postgres: String) -> Self {
        Self { seed, asynchronous, cancel, postgres, ..Self::default() }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.won > 0 && self.doubled.is_empty() && self.forgotten.is_empty()
    }

    pub(crate) fn human(&self) -> String {
        let count = |count: usize| grouped(count as f64);
        let faults: Vec<_> = self.faults.iter().map(|(kind, n)| vec![kind.name(), count(*n)]).collect();
        let mut text = render(&["fault", "times"], &faults) + "\n";
        let rows = [
            ("told to have won", self.won),
            ("told to have lost", self.lost),
            ("told nothing", self.unknown),
            ("FORGOTTEN", self.forgotten.len()),
            ("DOUBLED", self.doubled.len()),
        ];
        let rows: Vec<_> = rows.iter().map(|(name, n)| vec![(*name).to_owned(), count(*n)]).collect();
        text += &render(&["tickets", "times"], &rows);
        let cancels = if self.cancel { ", clients cancel" } else { "" };
        let standby = if self.asynchronous { "asynchronous" } else { "synchronous" };
        text += &format!(
            "\nseed {}; PostgreSQL {}; {standby} standby{cancels}; {:.0} s, slowest recovery {:.0} ms\n",
            self.seed, self.postgres, self.seconds, self.slowest_recovery_ms
        );
        text
    }
}

/// `table` has a ticket and its winner a line.
pub(super) fn judge(report: &mut Report, seen: impl Iterator<Item = Seen>, table: Vec<String>) -> Result<()> {
    let mut winners = HashMap::new();
    for line in &table {
        let (ticket, winner) = line.split_once(' ').ok_or("a ticket without a winner")?;
        winners.insert(ticket.parse::<i64>()?, winner);
    }
    let mut won: HashMap<i64, HashSet<String>> = HashMap::new();
    for Seen { ticket, client, told } in seen {
        match told {
            Told::Won => {
                report.won += 1;
                won.entry(ticket).or_default().insert(client);
            }
            Told::Lost => report.lost += 1,
            Told::Nothing => report.unknown += 1,
        }
    }
    for (ticket, clients) in won {
        if clients.len() > 1 {
            report.doubled.push(ticket);
        }
        if clients.iter().any(|client| winners.get(&ticket) != Some(&client.as_str())) {
            report.forgotten.push(ticket);
        }
    }
    report.doubled.sort_unstable();
    report.forgotten.sort_unstable();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(seen: &[(i64, &str, Told)], table: &[&str]) -> (Vec<i64>, Vec<i64>) {
        let mut report = Report::default();
        let seen = seen.iter().map(|(ticket, client, told)| Seen {
            ticket: *ticket,
            client: (*client).into(),
            told: *told,
        });
        judge(&mut report, seen, table.iter().map(|line| (*line).to_owned()).collect()).expect("a table");
        (report.doubled, report.forgotten)
    }

    #[test]
    fn who_was_told_to_have_won_has_won() {
        let race = [(1, "a", Told::Won), (1, "b", Told::Lost), (2, "b", Told::Nothing)];
        assert_eq!(verdict(&race, &["1 a", "2 b"]), (vec![], vec![]));
        assert_eq!(verdict(&race, &["1 a"]), (vec![], vec![]), "what is unknown may go either way");
        assert_eq!(verdict(&race, &["2 b"]), (vec![], vec![1]));
        assert_eq!(verdict(&race, &["1 b", "2 b"]), (vec![], vec![1]));
    }

    #[test]
    fn nobody_else_has() {
        let both = [(1, "a", Told::Won), (1, "b", Told::Won)];
        assert_eq!(verdict(&both, &["1 b"]), (vec![1], vec![1]));
        let again = [(1, "a", Told::Won), (1, "a", Told::Won)];
        assert_eq!(verdict(&again, &["1 a"]), (vec![], vec![]), "an answer may be repeated");
    }
}
