//! Strikes a cluster again and again while clients race one another and write down what they were promised, then holds
//! it to that.

mod actor;
mod check;
mod driver;
mod group;
mod history;
mod nodes;
mod probe;
mod promise;
mod report;
mod store;

pub(crate) use report::Report;

use crate::Result;
use crate::cluster::{self, Cluster, Engine, Plan};
use crate::faults::{Kind, Pace, schedule};
use crate::lossy::Mutant;
use crate::process::{Binary, TempDir};
use crate::rng::Rng;
use driver::Torture;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    binary: Binary,
    /// What the nodes keep everything in
    #[arg(long, value_enum, default_value_t)]
    store: Engine,
    /// How often something is done to them
    #[arg(long, visible_alias = "kills", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    faults: u64,
    /// What is done to them [default: everything that can be done here]
    #[arg(long, value_enum, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Repeats the choices of an earlier run
    #[arg(long)]
    seed: Option<u64>,
    /// Groups of three clients that race one another
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=64))]
    groups: u64,
    /// Lose at a kill what was not synced, as a power failure does
    #[arg(long)]
    lossy: bool,
    /// Torture a build that is wrong on purpose, which must be found out
    #[arg(long, value_enum, requires = "lossy")]
    mutant: Option<Mutant>,
    /// The longest that it may take, in seconds
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Where servers and histories are kept [default: a temporary directory, kept if something is found]
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

/// Starts, strikes, mends, and judges.
pub(crate) fn run(args: &Args) -> Result<Report> {
    if args.lossy && args.store != Engine::Sqlite {
        return Err("the layer that forgets is one of SQLite's".into());
    }
    let seed = args.seed.unwrap_or_else(Rng::entropy);
    let mut home = TempDir::given_or_new(args.data_dir.as_deref(), "torture")?;
    eprintln!("torture: seed {seed}, data in {}", home.path().display());
    let (kinds, impossible) = possible(args, home.path())?;
    let plan = Plan {
        binary: &args.binary,
        engine: args.store,
        lossy: args.lossy,
        mutant: args.mutant,
        clocks: kinds.contains(&Kind::ClockStep),
        small_disk: kinds.contains(&Kind::DiskFull),
    };
    let mut cluster = Cluster::create(&plan, home.path())?;
    let nodes = cluster.nodes.len();
    let steps = schedule(seed, &kinds, nodes, pace(args.store), args.faults);
    let report = Report {
        seed,
        engine: args.store,
        lossy: args.lossy,
        nodes,
        clients: 3 * args.groups as usize,
        impossible,
        ..Report::default()
    };
    let torture = Torture::new(args, &cluster, home.path(), seed);
    let report = torture.run(&mut cluster, &steps, report);
    if !report.as_ref().is_ok_and(Report::is_clean) {
        home.keep();
        eprintln!("torture: histories and logs are kept in {}", home.path().display());
    }
    report
}

/// A node that is alone recovers in milliseconds.
fn pace(engine: Engine) -> Pace {
    match engine {
        Engine::Sqlite => Pace { after: (20, 400), hold: (50, 1200) },
        Engine::Postgres => Pace { after: (300, 2000), hold: (200, 4000) },
    }
}

/// What is asked for and can be done here; and why the rest cannot.
fn possible(args: &Args, home: &Path) -> Result<(Vec<Kind>, BTreeMap<Kind, String>)> {
    let mut kinds = args.store.kinds();
    if !args.kinds.is_empty() {
        kinds.retain(|kind| args.kinds.contains(kind));
    }
    let mut impossible = BTreeMap::new();
    kinds.retain(|kind| {
        let missing = match kind {
            Kind::ClockStep => cluster::clocks_missing(home),
            Kind::DiskFull => cluster::disk_missing(home),
            _ => None,
        };
        missing.map(|why| impossible.insert(*kind, why)).is_none()
    });
    match kinds.is_empty() {
        true => Err("none of these faults can be made here".into()),
        false => Ok((kinds, impossible)),
    }
}
