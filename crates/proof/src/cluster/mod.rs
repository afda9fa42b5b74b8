//! What is tortured: one node on SQLite, or several on PostgreSQL; real processes, and what can be done to them.

mod clock;
mod disk;
mod node;

use crate::Result;
use crate::lossy::Mutant;
use crate::process::{Binary, TempDir};
use crate::setup::Site;
use clock::NodeClock;
use disk::Disk;
use node::Node;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where nodes keep what they know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Engine {
    /// One node
    #[default]
    Sqlite,
}

/// What a cluster is to be made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) binary: &'a Binary,
    /// Lose what was not synced at a kill.
    pub(crate) lossy: bool,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) clocks: bool,
    pub(crate) small_disk: bool,
}

/// Nodes and their store.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Node>,
    /// Users, and a key that may mint and revoke.
    pub(crate) users: Vec<String>,
    pub(crate) key: String,
    data: PathBuf,
    disk: Option<Disk>,
}

/// People to mint for.
const USERS: usize = 8;

impl Cluster {
    /// Makes everything below `home` and starts nothing yet.
    pub(crate) fn create(plan: &Plan<'_>, home: &Path) -> Result<Self> {
        let disk = plan.small_disk.then(|| Disk::mount(home)).transpose()?;
        let data = disk.as_ref().map_or(home, Disk::path).join("data");
        let mut site = Site::create(plan.binary, TempDir::given_or_new(Some(&data), "torture")?, USERS)?;
        let key = site.revoking_key()?;
        if plan.lossy {
            site.make_lossy(plan.mutant)?;
        }
        let library = plan.clocks.then(|| clock::compile(home)).transpose()?;
        let mut server = site.plan.clone();
        // Not on the disk that may be full.
        server.log = home.join("node-0.log");
        let clock = library.as_ref().map(|_| NodeClock::new(home, 0)).transpose()?;
        if let (Some(clock), Some(library)) = (&clock, &library) {
            server.environment.extend(clock.environment(library));
        }
        let nodes = vec![Node::new(server, clock)];
        Ok(Self { nodes, users: site.users, key, data, disk })
    }

    pub(crate) fn start(&mut self) -> Result<Duration> {
        let mut slowest = Duration::ZERO;
        for node in &mut self.nodes {
            slowest = slowest.max(node.start()?);
        }
        Ok(slowest)
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        self.nodes.iter_mut().try_for_each(Node::stop)
    }

    /// Where the SQLite database is.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn fill_disk(&self) -> Result<()> {
        self.disk.as_ref().map_or(Ok(()), Disk::fill)
    }

    pub(crate) fn relieve_disk(&self) -> Result<()> {
        self.disk.as_ref().map_or(Ok(()), Disk::relieve)
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
