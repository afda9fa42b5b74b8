//! Deterministic simulation: the use cases over the SQLite store's own transactions in memory, with every interruption, failure,
//! death, tick of the clock and random byte following from a seed. Actors race on the same tickets, sessions and challenges;
//! every answer is held against what was written, and afterwards everything is asked about once more.

mod actor;
mod aftermath;
mod board;
mod history;
mod life;
mod mutant;
mod players;
mod progress;
mod report;
mod scene;
mod stage;
mod verdict;
mod wait;
mod witness;
mod world;

#[cfg(test)]
mod tests;

pub(crate) use report::Report;

use crate::Result;
use life::Theatre;
use mutant::Mutant;
use progress::Progress;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// How many seeds are played
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plays this one alone and tells its story
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Simulates a store that is wrong on purpose, which must be found out
    #[arg(long, value_enum)]
    mutant: Option<Mutant>,
}

/// Plays until all are played or one is found in which a promise was broken.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let (seeds, told) = match args.seed {
        Some(seed) => (seed..seed.saturating_add(1), true),
        None => (args.from..args.from.saturating_add(args.seeds), false),
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    play(seeds, args.mutant, told, workers)
}

fn play(seeds: Range<u64>, mutant: Option<Mutant>, told: bool, workers: usize) -> Result<Report> {
    let (next, stop) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let report = Mutex::new(Report::new(mutant));
    let progress = Progress::begin(seeds.end - seeds.start);
    let work = || -> Result<()> {
        let mut theatre = Theatre::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let verdict = theatre.play(seed, mutant, told)?;
            let mut report = report.lock().expect("report");
            if !report.add(seed, verdict) {
                stop.store(true, Ordering::Relaxed);
            }
            progress.show(report.seeds);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a worker panicked")?)
    })?;
    progress.clear();
    let mut report = report.into_inner().expect("report");
    report.seconds = progress.elapsed().as_secs_f64();
    Ok(report)
}
