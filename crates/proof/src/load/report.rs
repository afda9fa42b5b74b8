//! What a load run found, for people and for programs.

use super::Op;
use super::store::Kept;
use crate::process::Memory;
use crate::stats::Latency;
use crate::table::{grouped, millis, render};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) op: Op,
    pub(crate) store: Kept,
    /// Tickets that each request is about.
    pub(crate) items: u64,
    pub(crate) levels: Vec<Level>,
    /// While preparing, at 64 connections; 0 if nothing had to be minted.
    pub(crate) mint_per_second: f64,
    /// One page written and synced (`fdatasync`) on the same disk, between the rounds.
    pub(crate) sync: Latency,
    pub(crate) cold_start_ms: f64,
    pub(crate) idle: Memory,
    pub(crate) loaded: Memory,
}

/// Both sides at one number of connections.
#[derive(Debug, Serialize)]
pub(crate) struct Level {
    pub(crate) connections: usize,
    pub(crate) server: Side,
    pub(crate) yardstick: Side,
    /// The server's rate as a share of the yardstick's.
    pub(crate) rate_ratio: Option<f64>,
    /// How many times the yardstick's CPU a request costs.
    pub(crate) cpu_ratio: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Side {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    pub(crate) latency: Latency,
    /// User and system time of the server's process for each request, in microseconds.
    pub(crate) server_cpu_us: f64,
    /// The same of all processes of the database, if it is not in the server's own.
    pub(crate) database_cpu_us: f64,
    /// The same of this process: what the measuring itself takes from the two.
    pub(crate) generator_cpu_us: f64,
    pub(crate) errors: BTreeMap<String, u64>,
}

impl Level {
    pub(crate) fn new(connections: usize, server: Side, yardstick: Side) -> Self {
        // A run too short for the kernel's clock ticks has no ratio.
        let ratio = |ours: f64, theirs: f64| (theirs > 0.0).then_some(ours / theirs);
        let rate_ratio = ratio(server.per_second, yardstick.per_second);
        let cpu_ratio = ratio(server.server_cpu_us, yardstick.server_cpu_us);
        Self { connections, server, yardstick, rate_ratio, cpu_ratio }
    }
}

/// A ratio that may be missing.
pub(crate) fn ratio(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"))
}

impl Report {
    /// No answer but the wanted one.
    pub(crate) fn is_clean(&self) -> bool {
        self.levels.iter().all(|level| level.server.errors.is_empty() && level.yardstick.errors.is_empty())
    }

    /// How long one request takes where nobody else asks, as the disk counts.
    fn in_syncs(&self) -> String {
        let sync = self.sync.p50_us;
        let alone = self.levels.iter().find(|level| level.connections == 1 && sync > 0.0);
        let alone = alone.map(|level| level.server.latency.p50_us / sync);
        let times =
            alone.map_or_else(String::new, |times| format!("; p50 at 1 connection: {times:.1} of these"));
        format!("a page written and synced: p50 {} ms{times}\n", millis(sync))
    }

    pub(crate) fn human(&self) -> String {
        let header = [
            "connections",
            "side",
            "requests",
            "rate/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "cpu µs",
            "db µs",
            "gen µs",
            "errors",
        ];
        let mut rows = Vec::new();
        for level in &self.levels {
            let name = format!("{:?}", self.op).to_lowercase();
            rows.push(level.server.row(level.connections, &name));
            rows.push(level.yardstick.row(level.connections, "yardstick"));
            let mut shares = vec![level.connections.to_string(), "ratio".into(), String::new()];
            shares.push(ratio(level.rate_ratio, 3));
            shares.extend([const { String::new() }; 3]);
            shares.push(ratio(level.cpu_ratio, 1) + " x");
            rows.push(shares);
        }
        let batches = match self.items {
            1 => String::new(),
            items => {
                let rate = |level: &Level| grouped(level.server.per_second * items as f64);
                let rates: Vec<_> = self.levels.iter().map(rate).collect();
                format!("tickets, {items} a request: {}/s\n", rates.join(", "))
            }
        };
        let mib = |kib: u64| kib as f64 / 1024.0;
        let (idle, loaded) = (mib(self.idle.resident_kib), mib(self.loaded.resident_kib));
        format!(
            "{}\n{batches}{}minting at 64 connections: {}/s\ncold start: {:.0} ms\nresident: {idle:.1} MiB idle, {loaded:.1} MiB \
             after the load, {:.1} MiB at most\n",
            render(&header, &rows),
            self.in_syncs(),
            grouped(self.mint_per_second),
            self.cold_start_ms,
            mib(self.loaded.peak_kib),
        )
    }
}

impl Side {
    fn row(&self, connections: usize, name: &str) -> Vec<String> {
        let mut row = vec![connections.to_string(), name.to_owned()];
        row.extend([grouped(self.requests as f64), grouped(self.per_second)]);
        row.extend([self.latency.p50_us, self.latency.p99_us, self.latency.max_us].map(millis));
        row.extend(
            [self.server_cpu_us, self.database_cpu_us, self.generator_cpu_us]
                .map(|micros| format!("{micros:.1}")),
        );
        let errors = self.errors.iter().map(|(what, count)| format!("{what}: {count}"));
        row.push(match self.errors.is_empty() {
            true => "0".into(),
            false => errors.collect::<Vec<_>>().join(", "),
        });
        row
    }
}
