//! The redeem rate over a store with many rows, beside an empty one.

mod rows;

use super::drive::Bounds;
use super::report::Side;
use super::scenario::Scenario;
use super::{Args as Load, Store, Tally, ratio};
use crate::Result;
use crate::process::{Binary, Server, TempDir};
use crate::setup::Site;
use crate::table::{grouped, millis, render};
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What the issue asks for.
const SHARE: f64 = 0.9;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// Users in the filled store
    #[arg(long, default_value_t = 100_000)]
    users: u64,
    /// Sessions in it
    #[arg(long, default_value_t = 500_000)]
    sessions: u64,
    /// Audit rows in it
    #[arg(long, default_value_t = 1_000_000)]
    audit: u64,
    /// Redeems on each side
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    tickets: u64,
    /// Keep-alive connections
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=4096))]
    connections: u64,
    /// The two take turns this often
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=100))]
    rounds: u64,
    /// Users that tickets are for, in either store
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    asked: u64,
    /// Where the filled store is, or is to be and to stay [default: a temporary directory]
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    filled: Side,
    empty: Side,
    rate_ratio: Option<f64>,
    bytes: u64,
    filled_in_seconds: f64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut empty = Site::create(&args.binary, TempDir::new("empty")?, args.asked as usize)?;
    let data = TempDir::given_or_new(args.data_dir.as_deref(), "filled")?;
    let mut full = Site::create(&args.binary, data, 1)?;
    let database = full.data.path().join("authms.db");
    runtime.block_on(rows::template(&full))?;
    let begun = Instant::now();
    full.users = rows::fill(&database, args, |what| eprintln!("filled: {what}, {:?}", begun.elapsed()))?;
    let filled_in_seconds = begun.elapsed().as_secs_f64();
    let bytes = std::fs::metadata(&database)?.len();
    let servers = [full.plan.start()?, empty.plan.start()?];
    let [filled, empty] = runtime.block_on(async {
        empty.add_users().await?;
        measure(args, [&full, &empty], &servers).await
    })?;
    for server in servers {
        server.stop()?;
    }
    let rate_ratio = (empty.per_second > 0.0).then(|| filled.per_second / empty.per_second);
    Ok(Report { filled, empty, rate_ratio, bytes, filled_in_seconds })
}

async fn measure(args: &Args, sites: [&Site; 2], servers: &[Server; 2]) -> Result<[Side; 2]> {
    let load = Load::redeem(&args.binary);
    let requests = (args.tickets / args.rounds).max(1) as usize;
    let bounds = Bounds { connections: args.connections as usize, requests, cap: Duration::from_secs(60) };
    let mut scenarios = sites.map(|site| Scenario::new(site, &load));
    let mut sides = [Tally::default(), Tally::default()];
    for round in 1..=args.rounds {
        eprintln!("filled: round {round} of {}", args.rounds);
        for ((tally, scenario), server) in sides.iter_mut().zip(&mut scenarios).zip(servers) {
            let op = scenario.prepare(requests).await?;
            let taken = tally.add((server, &Store::Files), op, bounds).await?;
            scenario.used(taken);
        }
    }
    Ok(sides.map(Tally::side))
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        let errors = |side: &Side| side.errors.values().sum::<u64>();
        errors(&self.filled) + errors(&self.empty) == 0 && self.rate_ratio.is_some_and(|r| r >= SHARE)
    }

    pub(crate) fn human(&self) -> String {
        let row = |name: &str, side: &Side| {
            let mut row = vec![name.to_owned(), grouped(side.per_second)];
            row.extend([side.latency.p50_us, side.latency.p99_us, side.latency.max_us].map(millis));
            row.push(format!("{:.0}", side.server_cpu_us));
            row.push(side.errors.values().sum::<u64>().to_string());
            row
        };
        let head = ["store", "redeem/s", "p50 ms", "p99 ms", "max ms", "server CPU µs", "errors"];
        format!(
            "{}\nthe filled store at {} of the empty one's rate (goal: {SHARE}); {} MB, filled in {:.0} s\n",
            render(&head, &[row("filled", &self.filled), row("empty", &self.empty)]),
            ratio(self.rate_ratio, 2),
            grouped(self.bytes as f64 / 1e6),
            self.filled_in_seconds,
        )
    }
}
