//! Redeeming and reading for long: does the memory grow?

use super::op::{Me, Operation};
use super::paced::{Pace, paced};
use super::scenario::Scenario;
use super::{Args as Load, ratio};
use crate::Result;
use crate::process::{Binary, Meter, Server, TempDir};
use crate::setup::Site;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The last quarter's mean may be as much of the second's: in the first the server reaches its size, and after that single values rise
/// and fall, since what is free goes back to the system.
const FLAT: f64 = 1.05;

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// How long, in seconds
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    seconds: u64,
    /// Redeems a second, and as many reads beside them
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=20_000))]
    rate: u64,
    /// Connections of either
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u64).range(1..=1000))]
    connections: u64,
    /// The users that tickets are for
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    users: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    done: u64,
    /// Resident after each round, in KiB.
    resident_kib: Vec<u64>,
    idle_kib: u64,
    /// Its mean in the last quarter as a share of that in the second.
    grown: Option<f64>,
    /// Told to come back (503), as whoever asks for more than the machine has left at a moment is.
    turned_away: u64,
    /// By what was seen instead.
    errors: BTreeMap<String, u64>,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut site = Site::create(&args.binary, TempDir::new("soak")?, args.users as usize)?;
    let server = site.plan.start()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(async {
        site.add_users().await?;
        measure(args, &site, &server).await
    })?;
    server.stop()?;
    Ok(report)
}

async fn measure(args: &Args, site: &Site, server: &Server) -> Result<Report> {
    let meter = Meter::of(server.pid());
    let idle_kib = meter.memory()?.resident_kib;
    let load = Load::redeem(&args.binary);
    let mut scenario = Scenario::new(site, &load);
    let begun = Instant::now();
    let round = args.seconds.clamp(1, 10);
    let requests = (args.rate * round) as usize;
    let pace = Pace { rate: args.rate as f64, requests, first: 0, connections: args.connections as usize };
    let (mut resident_kib, mut done, mut turned_away) = (Vec::new(), 0, 0);
    let mut errors = BTreeMap::new();
    while begun.elapsed() < Duration::from_secs(args.seconds) {
        let reader: Arc<dyn Operation> = Arc::new(Me { tokens: scenario.access_tokens(100).await? });
        let op = scenario.prepare(requests).await?;
        let redeems = paced(server.address, op, pace);
        let (redeems, reads) = tokio::join!(redeems, paced(server.address, reader, pace));
        scenario.used(requests);
        for shots in [redeems?, reads?] {
            done += shots.count(true) as u64;
            turned_away += shots.count(false) as u64;
            for (what, count) in shots.errors {
                *errors.entry(what).or_default() += count;
            }
        }
        resident_kib.push(meter.memory()?.resident_kib);
        eprintln!("soak: {:?}, {} KiB", begun.elapsed(), resident_kib[resident_kib.len() - 1]);
    }
    let grown = quarter(&resident_kib, 3).zip(quarter(&resident_kib, 1)).map(|(last, second)| last / second);
    Ok(Report { done, resident_kib, idle_kib, grown, turned_away, errors })
}

/// The mean of a quarter, counted from 0; none: there is too little.
fn quarter(values: &[u64], which: usize) -> Option<f64> {
    let part = &values[values.len() * which / 4..values.len() * (which + 1) / 4];
    (!part.is_empty()).then(|| part.iter().sum::<u64>() as f64 / part.len() as f64)
}

impl Report {
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty() && self.grown.is_some_and(|grown| grown <= FLAT)
    }

    pub(crate) fn human(&self) -> String {
        let mib = |kib: Option<&u64>| format!("{:.1}", kib.copied().unwrap_or_default() as f64 / 1024.0);
        format!(
            "{} requests done, {} turned away, errors: {:?}; resident MiB: {} idle, {} after the first round, {} at most, {} at the end; the last quarter's \
             mean is {} of the second's (goal: {FLAT})\n",
            self.done,
            self.turned_away,
            self.errors,
            mib(Some(&self.idle_kib)),
            mib(self.resident_kib.first()),
            mib(self.resident_kib.iter().max()),
            mib(self.resident_kib.last()),
            ratio(self.grown, 2),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::quarter;

    #[test]
    fn a_quarter_is_a_mean_where_there_are_four() {
        let values = [9, 9, 1, 3, 5, 5, 2, 8];
        assert_eq!([0, 1, 2, 3].map(|which| quarter(&values, which)), [9.0, 2.0, 5.0, 5.0].map(Some));
        assert_eq!(quarter(&values[..2], 1), Some(9.0));
        assert_eq!(quarter(&[], 3), None);
    }
}
