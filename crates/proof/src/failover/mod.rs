//! What a failover of PostgreSQL costs, without a node in between: clients race for tickets in one table, by the statement
//! that everything else rests on, while the database is killed, failed over, and cut off. Shows what has to be so that
//! "once" holds across a failover, and what it takes to break it.

mod client;
mod judge;

use crate::cluster::Pair;
use crate::faults::{Kind, Pace, schedule};
use crate::rng::Rng;
use crate::{Result, progress};
use client::{Racer, Shared};
pub(crate) use judge::Report;
use judge::judge;
use std::time::{Duration, Instant};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// How often something is done to the database
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    faults: u64,
    /// Repeats the choices of an earlier run
    #[arg(long)]
    seed: Option<u64>,
    /// What is done to it [default: everything]
    #[arg(long, value_enum, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// The primary does not wait for its standby: then a failover loses, which must be found out
    #[arg(long)]
    asynchronous: bool,
    /// Clients cancel what takes longer than half a second. That ends the wait for the standby, too, and the server then
    /// acknowledges what a failover loses: which must be found out
    #[arg(long)]
    cancel: bool,
    /// The longest that it may take, in seconds
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
}

/// Each races the others, through a link of its own.
const CLIENTS: usize = 3;
/// Long enough for an impatient client to end a wait.
const PACE: Pace = Pace { after: (200, 1500), hold: (100, 2500) };

/// Starts a pair, strikes it, and judges.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let seed = args.seed.unwrap_or_else(Rng::entropy);
    eprintln!("failover: seed {seed}");
    let mut kinds = Kind::OF_DATABASE.to_vec();
    if !args.kinds.is_empty() {
        kinds.retain(|kind| args.kinds.contains(kind));
    }
    if kinds.is_empty() {
        return Err("none of these is done to a database".into());
    }
    let mut pair = Pair::start(CLIENTS, !args.asynchronous)?;
    pair.query("CREATE TABLE spent (ticket BIGINT PRIMARY KEY, winner TEXT NOT NULL)")?;
    let mut report = Report::new(seed, args.asynchronous, args.cancel, pair.version()?);
    let shared = &Shared::default();
    let started = Instant::now();
    let seen = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..CLIENTS)
            .map(|number| Racer::new(number, pair.url(number), args.cancel))
            .map(|racer| scope.spawn(move || racer.run(shared)))
            .collect();
        let steps = schedule(seed, &kinds, CLIENTS, PACE, args.faults);
        let struck = (|| {
            for (number, step) in steps.iter().enumerate() {
                if started.elapsed() > Duration::from_secs(args.seconds) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(step.after));
                step.faults.iter().for_each(|fault| pair.strike(*fault));
                std::thread::sleep(Duration::from_millis(step.hold));
                let mended = Instant::now();
                for fault in step.in_order() {
                    pair.mend(fault)?;
                    *report.faults.entry(fault.kind()).or_default() += 1;
                }
                pair.await_standby()?;
                report.slowest_recovery_ms =
                    report.slowest_recovery_ms.max(mended.elapsed().as_secs_f64() * 1e3);
                progress::show("failover", number + 1, steps.len(), &step.names());
            }
            progress::end();
            Ok(())
        })();
        shared.stop();
        let seen: Result<Vec<_>> =
            racers.into_iter().map(|r| r.join().map_err(|_| "a client panicked")?).collect();
        struck.and(seen)
    })?;
    report.seconds = started.elapsed().as_secs_f64();
    judge(&mut report, seen.into_iter().flatten(), pair.query("SELECT ticket || ' ' || winner FROM spent")?)?;
    Ok(report)
}
