//! How fast the server is, and what a request costs it, beside the least a server could cost.

mod drive;
pub(crate) mod filled;
mod op;
pub(crate) mod overload;
mod paced;
pub(crate) mod password;
mod report;
pub(crate) mod risk;
mod scenario;
pub(crate) mod sealing;
pub(crate) mod soak;
mod store;
mod sync;

pub(crate) use op::Op;
pub(crate) use report::{Level, Report, Side, ratio};

use crate::Result;
use crate::process::{Binary, Meter, Server, TempDir};
use crate::setup::Site;
use crate::stats::Latency;
use crate::yardstick;
use drive::{Bounds, Run, drive};
use op::{Operation, Yard};
use scenario::Scenario;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Kept, Store};

// `figures` takes all of this too, and clap names groups after types.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) binary: Binary,
    /// What to measure
    #[arg(long, value_enum, default_value = "redeem")]
    pub(crate) op: Op,
    /// Where the server keeps what it knows
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) store: Kept,
    /// Requests at each number of connections
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    pub(crate) tickets: u64,
    /// Keep-alive connections, one level each
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256", value_parser = clap::value_parser!(u64).range(1..=4096))]
    pub(crate) connections: Vec<u64>,
    /// The users that tickets are for
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub(crate) users: u64,
    /// Server and yardstick take turns this often at each level
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) rounds: u64,
    /// The longest that one side may run at one level, in seconds
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Send an Idempotency-Key with each redeem
    #[arg(long)]
    pub(crate) idempotency: bool,
    /// Bind every ticket to a client with a redirect URI, to the address, to a proof and to a context
    #[arg(long)]
    bound: bool,
    /// Redeem tickets scattered over all that were minted, not in about the order of their minting
    #[arg(long)]
    pub(crate) scattered: bool,
    /// Tickets in each request of `mint-batch`
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) items: u64,
    /// Where the server keeps its data [default: a temporary directory]
    #[arg(long)]
    pub(crate) data_dir: Option<PathBuf>,
}

impl Args {
    /// How many tickets a request is about.
    fn items_per_request(&self) -> u64 {
        if self.op == Op::MintBatch { self.items } else { 1 }
    }
}

impl Args {
    /// What preparing redeems asks for.
    pub(crate) fn redeem(binary: &Binary) -> Self {
        Self {
            binary: binary.clone(),
            op: Op::Redeem,
            store: Kept::Sqlite,
            tickets: 0,
            connections: Vec::new(),
            users: 0,
            rounds: 0,
            seconds: 0,
            idempotency: false,
            bound: false,
            scattered: false,
            items: 1,
            data_dir: None,
        }
    }
}

/// Starts both servers and measures all levels.
pub(crate) fn run(args: &Args) -> Result<Report> {
    let data = TempDir::given_or_new(args.data_dir.as_deref(), "load")?;
    eprintln!("load: data in {}", data.path().display());
    let store = Store::start(args.store, data.path())?;
    let mut site = Site::create_in(&args.binary, data, args.users as usize, &store.environment())?;
    if args.bound {
        site.bind_tickets()?;
    }
    // What is measured is the work, not whom it turns away.
    site.plan.environment.push(("AUTHMS_SERVER__MAX_AT_WORK", "4096".to_owned()));
    let server = site.plan.start()?;
    let yard = yardstick::plan(&site.data.path().join("yardstick.log"))?.start()?;
    let cold_start_ms = server.cold_start.as_secs_f64() * 1000.0;
    let idle = Meter::of(server.pid()).memory()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let measured = runtime.block_on(measure(args, &mut site, (&server, &store), &yard))?;
    let loaded = Meter::of(server.pid()).memory()?;
    server.stop()?;
    let items = args.items_per_request();
    let (op, store) = (args.op, args.store);
    let Measured { levels, mint_per_second, sync } = measured;
    Ok(Report { op, store, items, levels, mint_per_second, sync, cold_start_ms, idle, loaded })
}

struct Measured {
    levels: Vec<Level>,
    /// The rate at which tickets were minted for them.
    mint_per_second: f64,
    /// One sync of the disk, in between.
    sync: Latency,
}

/// All levels.
async fn measure(
    args: &Args,
    site: &mut Site,
    (server, store): (&Server, &Store),
    yard: &Server,
) -> Result<Measured> {
    site.add_users().await?;
    let disk = site.data.path().to_owned();
    let scenario = Scenario::new(site, args);
    let mut bench = Bench { args, server, store, yard, scenario, disk, syncs: Vec::new() };
    let mut levels = Vec::new();
    for connections in &args.connections {
        levels.push(bench.level(*connections as usize).await?);
    }
    let mint_per_second = bench.scenario.minted.per_second();
    Ok(Measured { levels, mint_per_second, sync: Latency::of(&mut bench.syncs) })
}

struct Bench<'a> {
    args: &'a Args,
    server: &'a Server,
    store: &'a Store,
    yard: &'a Server,
    scenario: Scenario<'a>,
    disk: PathBuf,
    syncs: Vec<u64>,
}

impl Bench<'_> {
    /// Both sides by turns at one number of connections.
    async fn level(&mut self, connections: usize) -> Result<Level> {
        let rounds = self.args.rounds;
        let requests = (self.args.tickets / rounds / self.args.items_per_request()).max(1) as usize;
        let cap = Duration::from_secs(self.args.seconds) / rounds as u32;
        let bounds = Bounds { connections, requests, cap };
        let (mut ours, mut theirs) = (Tally::default(), Tally::default());
        for round in 1..=rounds {
            eprintln!("load: {connections} connections, round {round} of {rounds}");
            let op = self.scenario.prepare(requests).await?;
            let taken = ours.add((self.server, self.store), op, bounds).await?;
            if self.args.op == Op::Redeem {
                self.scenario.used(taken);
            }
            theirs.add((self.yard, &Store::Files), Arc::new(Yard), bounds).await?;
            self.syncs.extend(sync::samples(&self.disk)?);
        }
        Ok(Level::new(connections, ours.side(), theirs.side()))
    }
}

/// The rounds of one side.
#[derive(Default)]
struct Tally {
    run: Run,
    server_cpu: Duration,
    database_cpu: Duration,
    generator_cpu: Duration,
}

impl Tally {
    /// Says how many requests were begun.
    async fn add(
        &mut self,
        (server, store): (&Server, &Store),
        op: Arc<dyn Operation>,
        bounds: Bounds,
    ) -> Result<usize> {
        let meters = [Meter::of(server.pid()), Meter::own()];
        let before = [meters[0].cpu()?, meters[1].cpu()?];
        let stored = store.cpu();
        let run = drive(server.address, op, bounds).await?;
        self.server_cpu += meters[0].cpu()? - before[0];
        self.generator_cpu += meters[1].cpu()? - before[1];
        self.database_cpu += store.cpu().saturating_sub(stored);
        let taken = run.taken;
        self.run.merge(Run { harvest: Vec::new(), ..run });
        Ok(taken)
    }

    fn side(mut self) -> Side {
        let each = |cpu: Duration, count: usize| cpu.as_secs_f64() * 1e6 / count.max(1) as f64;
        Side {
            requests: self.run.taken as u64,
            per_second: self.run.per_second(),
            latency: self.run.latency(),
            server_cpu_us: each(self.server_cpu, self.run.taken),
            database_cpu_us: each(self.database_cpu, self.run.taken),
            generator_cpu_us: each(self.generator_cpu, self.run.taken),
            errors: self.run.errors,
        }
    }
}
