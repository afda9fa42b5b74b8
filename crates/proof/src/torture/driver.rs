//! Carries a schedule out: strike, hold, mend, wait until all nodes serve, ask a few questions, and again.

use super::actor::{Actor, Odd};
use super::check::{self, Clocks, Skew};
use super::group::{Group, Retired};
use super::history::{self, History};
use super::nodes::Nodes;
use super::report::Report;
use super::{Args, probe, store};
use crate::cluster::{Cluster, Store};
use crate::faults::{Fault, Kind, Step};
use crate::rng::Rng;
use crate::{Result, progress};
use serde::Serialize;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Retired tickets asked about after each step.
const SAMPLE: usize = 5;
/// At the end no more than this many are asked about, and for no longer than that.
const FINAL_PROBES: usize = 20_000;
const FINAL_TIME: Duration = Duration::from_secs(60);
/// How long all nodes may take to be ready once nothing is wrong any more.
const RECOVERY: Duration = Duration::from_secs(60);
/// How often they are asked.
const POLL: Duration = Duration::from_millis(10);

pub(super) struct Torture<'a> {
    args: &'a Args,
    home: &'a Path,
    seed: u64,
    nodes: Arc<Nodes>,
    odd: Arc<Odd>,
    retired: Mutex<Vec<Retired>>,
    started: Instant,
}

/// One line of the faults' own history. Microseconds.
#[derive(Serialize)]
struct Struck<'a> {
    at: u64,
    until: u64,
    serving: u64,
    faults: &'a [Fault],
}

impl<'a> Torture<'a> {
    pub(super) fn new(args: &'a Args, cluster: &Cluster, home: &'a Path, seed: u64) -> Self {
        let addresses = cluster.nodes.iter().map(|node| node.plan().address).collect();
        Self {
            args,
            home,
            seed,
            nodes: Arc::new(Nodes::new(addresses)),
            odd: Arc::default(),
            retired: Mutex::default(),
            started: Instant::now(),
        }
    }

    pub(super) fn run(&self, cluster: &mut Cluster, steps: &[Step], mut report: Report) -> Result<Report> {
        let mut clocks = Clocks::default();
        let mut rng = Rng::new(!self.seed);
        let prober = &mut self.actor("prober", rng.next())?;
        cluster.start()?;
        let (users, key) = (cluster.users.clone(), cluster.key.clone());
        std::thread::scope(|scope| {
            for node in 0..cluster.nodes.len() {
                scope.spawn(move || self.nodes.watch(node));
            }
            let groups: Vec<_> = (0..self.args.groups as usize)
                .map(|number| (number, Rng::new(rng.next())))
                .map(|(number, rng)| (number, rng, &users, &key))
                .map(|(number, rng, users, key)| scope.spawn(move || self.group(number, rng, users, key)))
                .collect();
            let struck = self.strike(cluster, steps, &mut report, &mut clocks, (prober, &mut rng));
            self.nodes.stop();
            for group in groups {
                group.join().map_err(|_| "a client panicked")??;
            }
            struck
        })?;
        eprintln!("torture: asking about everything");
        block_on(self.probe_all(prober))?;
        cluster.stop()?;
        report.seconds = self.started.elapsed().as_secs_f64();
        self.judge(cluster, &clocks, &mut report)?;
        Ok(report)
    }

    fn strike(
        &self,
        cluster: &mut Cluster,
        steps: &[Step],
        report: &mut Report,
        clocks: &mut Clocks,
        (prober, rng): (&mut Actor, &mut Rng),
    ) -> Result<()> {
        let mut log = File::create_new(self.home.join("faults.jsonl"))?;
        for (number, step) in steps.iter().enumerate() {
            if self.started.elapsed() > Duration::from_secs(self.args.seconds) {
                break;
            }
            let begun = Instant::now();
            block_on(self.probe_some(prober, rng))?;
            std::thread::sleep(Duration::from_millis(step.after).saturating_sub(begun.elapsed()));
            let at = self.now();
            for fault in &step.faults {
                cluster.strike(*fault)?;
            }
            std::thread::sleep(Duration::from_millis(step.hold));
            let faults = step.in_order();
            for fault in &faults {
                *report.faults.entry(fault.kind()).or_default() += 1;
            }
            let mended = faults.iter().try_for_each(|fault| cluster.mend(*fault));
            let until = self.now();
            let wrong = matches!(cluster.store, Store::Sqlite(_))
                && faults.iter().any(|fault| fault.kind() == Kind::ClockStep);
            clocks.skews.extend(wrong.then_some(Skew { from: at, to: until }));
            let serving = match mended.and_then(|()| self.recovered(cluster, &faults)) {
                Ok(serving) => serving,
                Err(failure) => {
                    report.store.push(format!("not mended: {failure}"));
                    break;
                }
            };
            report.slowest_recovery_ms = report.slowest_recovery_ms.max(serving.as_secs_f64() * 1000.0);
            serde_json::to_writer(&mut log, &Struck { at, until, serving: self.now(), faults: &faults })?;
            log.write_all(b"\n")?;
            progress::show("torture", number + 1, steps.len(), &step.names());
        }
        progress::end();
        Ok(())
    }

    /// Waits until every node serves.
    fn recovered(&self, cluster: &Cluster, after: &[Fault]) -> Result<Duration> {
        let begun = Instant::now();
        cluster.await_store()?;
        while !self.nodes.all_ready() {
            if begun.elapsed() > RECOVERY {
                return Err(format!("not all nodes serve {RECOVERY:?} after {after:?}").into());
            }
            std::thread::sleep(POLL);
        }
        Ok(begun.elapsed())
    }

    /// Clients on a thread of their own.
    fn group(&self, number: usize, mut rng: Rng, users: &[String], key: &str) -> Result<()> {
        let mut actor = |who: usize| self.actor(&format!("client-{number}-{who}"), rng.next());
        let actors = [actor(0)?, actor(1)?, actor(2)?];
        block_on(Group { number, actors, rng, users, key, retired: &self.retired }.run())
    }

    async fn probe_some(&self, prober: &mut Actor, rng: &mut Rng) -> Result<()> {
        for _ in 0..SAMPLE {
            let taken = {
                let mut retired = self.retired.lock().expect("retired");
                let count = retired.len() as u64;
                (count > 0).then(|| retired.swap_remove(rng.between(0, count - 1) as usize))
            };
            let Some(taken) = taken else { break };
            probe::probe(prober, &taken).await?;
            self.retired.lock().expect("retired").push(taken);
        }
        Ok(())
    }

    async fn probe_all(&self, prober: &mut Actor) -> Result<()> {
        let retired = self.retired.lock().expect("retired").clone();
        let begun = Instant::now();
        for ticket in retired.iter().rev().take(FINAL_PROBES) {
            if begun.elapsed() > FINAL_TIME {
                break;
            }
            probe::probe(prober, ticket).await?;
        }
        Ok(())
    }

    /// By the files: they, not this process's memory, are the record.
    fn judge(&self, cluster: &Cluster, clocks: &Clocks, report: &mut Report) -> Result<()> {
        let clients =
            (0..self.args.groups).flat_map(|group| (0..3).map(move |who| format!("client-{group}-{who}")));
        let mut ops = Vec::new();
        for name in clients.chain(["prober".to_owned()]) {
            ops.extend(history::read(&self.home.join(name + ".jsonl"))?);
        }
        let (facts, wrong) = match &cluster.store {
            Store::Sqlite(data) => store::sqlite(data)?,
            Store::Postgres(pair) => (store::postgres(pair)?, Vec::new()),
        };
        report.count(&ops);
        report.store.extend(wrong);
        report.violations = check::judge(&ops, clocks, Some(&facts));
        report.done_unseen = check::done_unseen(&ops, clocks, &facts);
        report.odd = self.odd.lock().expect("odd").clone();
        Ok(())
    }

    fn actor(&self, name: &str, seed: u64) -> Result<Actor> {
        let history = History::create(&self.home.join(format!("{name}.jsonl")), self.started)?;
        Ok(Actor::new(history, &self.nodes, &self.odd, Rng::new(seed)))
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_micros() as u64
    }
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
