//! What is tortured: one node on SQLite, or several on PostgreSQL; real processes, and what can be done to them.

mod clock;
mod disk;
mod node;
mod pair;

pub(crate) use pair::Pair;

use crate::Result;
use crate::faults::{Fault, Kind};
use crate::lossy::Mutant;
use crate::process::{Binary, ServerPlan, TempDir, free_address};
use crate::setup::{Site, serve_args};
use clock::NodeClock;
use disk::Disk;
use node::Node;
use std::path::{Path, PathBuf};

/// Where nodes keep what they know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Engine {
    /// One node
    #[default]
    Sqlite,
    /// Three nodes, a primary and its synchronous standby
    Postgres,
}

/// What a cluster is to be made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) binary: &'a Binary,
    pub(crate) engine: Engine,
    /// Lose what was not synced at a kill.
    pub(crate) lossy: bool,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) clocks: bool,
    pub(crate) small_disk: bool,
}

/// Nodes and their store.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    /// Users, and a key that may mint and revoke.
    pub(crate) users: Vec<String>,
    pub(crate) key: String,
    pub(crate) store: Store,
    disk: Option<Disk>,
}

/// Where everything is kept.
pub(crate) enum Store {
    /// In this directory.
    Sqlite(PathBuf),
    Postgres(Box<Pair>),
}

/// People to mint for.
const USERS: usize = 8;
/// Nodes over PostgreSQL.
const NODES: usize = 3;
/// All nodes are one service.
const ISSUER: &str = "http://localhost:8080";

impl Cluster {
    /// Makes everything below `home`, and starts no node yet.
    pub(crate) fn create(plan: &Plan<'_>, home: &Path) -> Result<Self> {
        let disk = plan.small_disk.then(|| Disk::mount(home)).transpose()?;
        let data = disk.as_ref().map_or(home, Disk::path).join("data");
        let (store, environment) = match plan.engine {
            Engine::Sqlite => (Store::Sqlite(data.clone()), Vec::new()),
            Engine::Postgres => {
                let pair = Pair::start(NODES, true)?;
                let environment = vec![
                    ("AUTHMS_STORE__URL", pair.url(0)),
                    ("AUTHMS_SERVER__ISSUER", ISSUER.to_owned()),
                    ("AUTHMS_MASTER_KEY_FILE", data.join("master.key").display().to_string()),
                ];
                (Store::Postgres(Box::new(pair)), environment)
            }
        };
        let made = TempDir::given_or_new(Some(&data), "torture")?;
        let mut site = Site::create_in(plan.binary, made, USERS, &environment)?;
        let key = site.revoking_key()?;
        if plan.lossy {
            site.make_lossy(plan.mutant)?;
        }
        let library = plan.clocks.then(|| clock::compile(home)).transpose()?;
        let plans = match &store {
            Store::Sqlite(_) => vec![site.plan.clone()],
            Store::Postgres(pair) => (0..NODES)
                .map(|node| one_of_many(&site, home, (node, pair.url(node))))
                .collect::<Result<_>>()?,
        };
        let node = |(number, mut server): (usize, ServerPlan)| {
            // Not on the disk that may be full.
            server.log = home.join(format!("node-{number}.log"));
            let clock = library.as_ref().map(|_| NodeClock::new(home, number)).transpose()?;
            if let (Some(clock), Some(library)) = (&clock, &library) {
                server.environment.extend(clock.environment(library));
            }
            Ok(Node::new(server, clock))
        };
        let nodes = plans.into_iter().enumerate().map(node).collect::<Result<_>>()?;
        Ok(Self { nodes, users: site.users, key, store, disk })
    }

    pub(crate) fn start(&mut self) -> Result<()> {
        self.nodes.iter_mut().try_for_each(|node| node.start().map(drop))
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.nodes.iter_mut().try_for_each(Node::stop)
    }

    pub(crate) fn strike(&mut self, fault: Fault) -> Result<()> {
        match (fault, &mut self.store) {
            (Fault::DiskFull, _) => self.disk.as_ref().map_or(Ok(()), Disk::fill),
            (Fault::ClockStep { node, seconds }, _) => self.nodes[node].set_clock(seconds),
            (Fault::PauseNode { node }, _) => self.nodes[node].pause(true),
            (Fault::KillNode { node }, _) => self.nodes[node].kill(),
            (fault, Store::Postgres(pair)) => {
                pair.strike(fault);
                Ok(())
            }
            (fault, Store::Sqlite(_)) => Err(no_such(fault)),
        }
    }

    pub(crate) fn mend(&mut self, fault: Fault) -> Result<()> {
        match (fault, &mut self.store) {
            (Fault::DiskFull, _) => self.disk.as_ref().map_or(Ok(()), Disk::relieve),
            (Fault::ClockStep { node, .. }, _) => self.nodes[node].set_clock(0),
            (Fault::PauseNode { node }, _) => self.nodes[node].pause(false),
            (Fault::KillNode { node }, _) => self.nodes[node].start().map(drop),
            (fault, Store::Postgres(pair)) => pair.mend(fault),
            (fault, Store::Sqlite(_)) => Err(no_such(fault)),
        }
    }

    /// Waits until the store is whole again.
    pub(crate) fn await_store(&self) -> Result<()> {
        match &self.store {
            Store::Sqlite(_) => Ok(()),
            Store::Postgres(pair) => pair.await_standby(),
        }
    }
}

/// A node of several: a data directory, an address and a link of its own, and the master key of all.
fn one_of_many(site: &Site, home: &Path, (node, url): (usize, String)) -> Result<ServerPlan> {
    let data = home.join(format!("node-{node}"));
    std::fs::create_dir_all(&data)?;
    let address = free_address()?;
    let mut plan = ServerPlan { address, args: serve_args(address, &data), ..site.plan.clone() };
    plan.environment.retain(|(name, _)| *name != "AUTHMS_STORE__URL");
    plan.environment.push(("AUTHMS_STORE__URL", url));
    Ok(plan)
}

fn no_such(fault: Fault) -> crate::Failure {
    format!("{} is nothing that can be done to one node", fault.kind().name()).into()
}

impl Engine {
    /// All that can be done to its cluster.
    pub(crate) fn kinds(self) -> Vec<Kind> {
        match self {
            Self::Sqlite => Kind::OF_SQLITE.to_vec(),
            Self::Postgres => {
                let nodes = [Kind::ClockStep, Kind::PauseNode, Kind::KillNode];
                Kind::OF_DATABASE.into_iter().chain(nodes).collect()
            }
        }
    }
}

/// Why clocks cannot be set here, if they cannot.
pub(crate) fn clocks_missing(home: &Path) -> Option<String> {
    clock::compile(home).err().map(|error| error.to_string())
}

/// Why no disk can be mounted here, if none can.
pub(crate) fn disk_missing(home: &Path) -> Option<String> {
    Disk::mount(home).err().map(|error| error.to_string())
}
