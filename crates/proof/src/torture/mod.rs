//! Kills the server again and again while clients write down what it promised, then holds it to that.

mod actor;
mod check;
mod client;
mod database;
mod event;
mod ledger;
mod probe;
mod promise;
mod report;

pub(crate) use report::Report;

use crate::Result;
use crate::api::Client;
use crate::lossy::Mutant;
use crate::process::{Binary, TempDir};
use crate::rng::Rng;
use crate::setup::Site;
use actor::{Actor, Shared};
use client::TortureClient;
use event::{Event, History};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// How often the server is killed
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    kills: u64,
    /// Repeats the choices of an earlier run
    #[arg(long)]
    seed: Option<u64>,
    /// Clients at work
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=64))]
    clients: u64,
    /// Lose what was not synced, as a power failure does
    #[arg(long)]
    lossy: bool,
    /// Torture a build that is wrong on purpose, which must be found out
    #[arg(long, value_enum, requires = "lossy")]
    mutant: Option<Mutant>,
    /// The longest that the killing may take, in seconds
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=540))]
    seconds: u64,
    /// Where server and histories are kept [default: a temporary directory, kept if something is found]
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

/// A kill comes this long after the server is ready. Milliseconds.
const KILL_AFTER: (u64, u64) = (20, 400);
/// Retired tickets asked about after each restart.
const SAMPLE: usize = 10;
/// At the end no more than this many are asked about.
const FINAL_PROBES: usize = 20_000;
/// The database itself is examined after every so many kills. Not after each: an examiner that opens it first
/// would do the recovery that the server is to be seen doing.
const EXAMINE_EVERY: u64 = 10;

/// Starts, kills, restarts, and judges.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let seed = args.seed.unwrap_or_else(Rng::entropy);
    let mut home = TempDir::given_or_new(args.data_dir.as_deref(), "torture")?;
    let data = TempDir::given_or_new(Some(&home.path().join("data")), "torture")?;
    eprintln!("torture: seed {seed}, data in {}", home.path().display());
    let mut site = Site::create(&args.binary, data, 8)?;
    if args.lossy {
        site.make_lossy(args.mutant)?;
    }
    let torture = Torture {
        args,
        site: &site,
        home: home.path(),
        shared: Arc::new(Shared::default()),
        retired: Mutex::default(),
        started: Instant::now(),
    };
    let report = torture.run(seed)?;
    if !report.is_clean() {
        home.keep();
        eprintln!("torture: histories and data are kept in {}", home.path().display());
    }
    Ok(report)
}

struct Torture<'a> {
    args: &'a Args,
    site: &'a Site,
    home: &'a Path,
    shared: Arc<Shared>,
    retired: Mutex<Vec<Vec<Event>>>,
    started: Instant,
}

impl Torture<'_> {
    fn run(&self, seed: u64) -> Result<Report> {
        let mut report = Report::new(seed, self.args.lossy);
        let mut driver = Rng::new(seed);
        let prober = &mut self.actor("prober")?;
        std::thread::scope(|scope| {
            let clients: Vec<_> = (0..self.args.clients as usize)
                .map(|number| (number, Rng::new(driver.next())))
                .map(|(number, rng)| scope.spawn(move || self.client(number, rng)))
                .collect();
            let killed = self.kill_again_and_again(&mut report, &mut driver, prober);
            // The last server stays up, so that requests under way are answered.
            let server = self.site.plan.start();
            self.shared.stop.store(true, Ordering::SeqCst);
            for client in clients {
                client.join().map_err(|_| "a client panicked")??;
            }
            killed?;
            eprintln!("torture: asking about everything");
            block_on(self.probe_all(prober))?;
            server?.stop()
        })?;
        report.database.extend(database::examine(self.site.data.path())?);
        let tickets = self.histories()?;
        report.judge(&tickets, &self.shared);
        Ok(report)
    }

    fn kill_again_and_again(&self, report: &mut Report, rng: &mut Rng, prober: &mut Actor) -> Result<()> {
        while report.kills < self.args.kills
            && self.started.elapsed() < Duration::from_secs(self.args.seconds)
        {
            let server = self.site.plan.start()?;
            report.slowest_start_ms = report.slowest_start_ms.max(server.cold_start.as_secs_f64() * 1000.0);
            let ready = Instant::now();
            let life = Duration::from_millis(rng.between(KILL_AFTER.0, KILL_AFTER.1));
            block_on(self.probe_some(prober, rng, ready + life))?;
            std::thread::sleep(life.saturating_sub(ready.elapsed()));
            server.kill()?;
            report.kills += 1;
            if report.kills.is_multiple_of(EXAMINE_EVERY) {
                report.database.extend(database::examine(self.site.data.path())?);
                eprintln!("torture: {} kills", report.kills);
            }
        }
        Ok(())
    }

    /// A client on a thread of its own, since it waits for its history to be on disk.
    fn client(&self, number: usize, rng: Rng) -> Result<()> {
        let actor = self.actor(&format!("client-{number}"))?;
        let (users, key, retired) = (&self.site.users, &self.site.key, &self.retired);
        block_on(TortureClient { number, actor, rng, users, key, retired }.run())
    }

    async fn probe_some(&self, prober: &mut Actor, rng: &mut Rng, until: Instant) -> Result<()> {
        for _ in 0..SAMPLE {
            let taken = {
                let mut retired = self.retired.lock().expect("retired");
                let count = retired.len() as u64;
                (count > 0).then(|| retired.swap_remove(rng.between(0, count - 1) as usize))
            };
            let Some(events) = taken.filter(|_| Instant::now() < until) else { break };
            let events = probe::probe(prober, events).await?;
            self.retired.lock().expect("retired").push(events);
        }
        Ok(())
    }

    async fn probe_all(&self, prober: &mut Actor) -> Result<()> {
        for events in self.histories()?.into_iter().rev().take(FINAL_PROBES) {
            probe::probe(prober, events).await?;
        }
        Ok(())
    }

    fn actor(&self, name: &str) -> Result<Actor> {
        let history = History::create(&self.home.join(format!("{name}.jsonl")), self.started)?;
        let client = Client::new(self.site.plan.address);
        Ok(Actor { client, history, shared: Arc::clone(&self.shared), events: Vec::new() })
    }

    /// Read back from the files: they, not this process's memory, are the record.
    fn histories(&self) -> Result<Vec<Vec<Event>>> {
        let names = (0..self.args.clients).map(|number| format!("client-{number}.jsonl"));
        let read = |name: String| event::read(&self.home.join(name));
        let histories = names.chain(["prober.jsonl".into()]).map(read).collect::<Result<_>>()?;
        Ok(check::by_ticket(histories))
    }
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
