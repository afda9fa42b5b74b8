//! PostgreSQL as it is run in earnest: a primary, a standby that follows it, and links that can fail. What a failover
//! manager does is done here by hand.

use crate::Result;
use crate::faults::Fault;
use crate::proxy::{Link, Proxy, Way};
use authms_testkit::postgres::{ABSENT, Programs, Server};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// What the standby calls itself, and what its primary waits for.
const STANDBY: &str = "standby";
/// The database on it.
const DATABASE: &str = "authms";
/// Both must notice soon that the other has gone: what is held up in between is not what is looked for.
const SETTINGS: [(&str, &str); 5] = [
    ("wal_sender_timeout", "3s"),
    ("wal_receiver_timeout", "3s"),
    ("wal_retrieve_retry_interval", "200ms"),
    ("wal_keep_size", "256MB"),
    ("max_wal_size", "256MB"),
];
/// How long a standby may take to catch up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A primary with its standby.
pub(crate) struct Pair {
    primary: Server,
    standby: Server,
    /// From each client to the primary, whichever that is.
    links: Vec<Link>,
    /// From the standby to its primary.
    stream: Link,
    synchronous: bool,
    _proxy: Proxy,
}

impl Pair {
    /// Starts both, with so many links to the primary. Unless it is synchronous, the primary does not wait for its
    /// standby: then a failover may lose what was acknowledged.
    pub(crate) fn start(links: usize, synchronous: bool) -> Result<Self> {
        let programs = Programs::find().ok_or(ABSENT)?;
        let proxy = Proxy::new()?;
        let primary = Server::start(&programs, &SETTINGS);
        let link = || proxy.link(host(primary.port()));
        let (links, stream) = ((0..links).map(|_| link()).collect::<Result<_>>()?, link()?);
        primary.query("postgres", &format!("CREATE DATABASE {DATABASE}"))?;
        let standby = follow(&primary, &stream, synchronous);
        let pair = Self { primary, standby, links, stream, synchronous, _proxy: proxy };
        if synchronous {
            let wait =
                format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}';\nSELECT pg_reload_conf()");
            pair.primary.query("postgres", &wait)?;
        }
        pair.await_standby()?;
        Ok(pair)
    }

    /// How one of the clients reaches the primary.
    pub(crate) fn url(&self, link: usize) -> String {
        self.primary.url_through(self.links[link].address().port(), DATABASE)
    }

    /// Asks the primary itself; the first column of its answer.
    pub(crate) fn query(&self, sql: &str) -> Result<Vec<String>> {
        Ok(self.primary.query(DATABASE, sql)?)
    }

    pub(crate) fn strike(&mut self, fault: Fault) {
        match fault {
            Fault::KillDatabase => self.primary.kill(),
            Fault::CutLink { node } => self.links[node].cut(),
            Fault::BlackHole { node, there, back } => {
                let way = |swallows| if swallows { Way::SWALLOWING } else { Way::default() };
                self.links[node].hinder(way(there), way(back));
            }
            Fault::SlowLink { node, delay_ms, rate } => {
                let slow = Way::slow(Duration::from_millis(delay_ms), rate);
                self.links[node].hinder(slow, slow);
            }
            Fault::CutStandby => self.stream.cut(),
            // It happens when the other fault of the step has done its work.
            Fault::Failover => {}
            _ => {}
        }
    }

    pub(crate) fn mend(&mut self, fault: Fault) -> Result<()> {
        match fault {
            Fault::KillDatabase => self.primary.resume(),
            Fault::CutLink { node } | Fault::BlackHole { node, .. } | Fault::SlowLink { node, .. } => {
                self.links[node].mend();
            }
            Fault::CutStandby => self.stream.mend(),
            Fault::Failover => self.fail_over()?,
            _ => {}
        }
        Ok(())
    }

    /// Fences the primary, promotes the standby, leads everybody there, and gives it a standby of its own.
    fn fail_over(&mut self) -> Result<()> {
        self.primary.kill();
        self.standby.promote()?;
        let promoted = host(self.standby.port());
        for link in self.links.iter().chain([&self.stream]) {
            link.lead_to(promoted)?;
        }
        self.stream.mend();
        let next = follow(&self.standby, &self.stream, self.synchronous);
        // The former primary is removed: it may know what nobody else does, and must never come back.
        self.primary = std::mem::replace(&mut self.standby, next);
        Ok(())
    }

    /// Waits until the standby follows.
    pub(crate) fn await_standby(&self) -> Result<()> {
        let state = if self.synchronous { "sync" } else { "async" };
        let follows =
            format!("SELECT 1 FROM pg_stat_replication WHERE sync_state = '{state}' AND state = 'streaming'");
        let begun = Instant::now();
        while self.primary.query("postgres", &follows)?.is_empty() {
            if begun.elapsed() > PATIENCE {
                let how =
                    "SELECT application_name || ' ' || state || ' ' || sync_state FROM pg_stat_replication";
                let how = self.primary.query("postgres", how)?;
                return Err(format!("the standby does not follow after {PATIENCE:?}: {how:?}").into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Of the server.
    pub(crate) fn version(&self) -> Result<String> {
        Ok(self.primary.query("postgres", "SHOW server_version")?.concat())
    }
}

/// A standby that waits for one of its own as soon as it is promoted: told so only then, it would acknowledge what nobody
/// else has before it has read that.
fn follow(primary: &Server, stream: &Link, synchronous: bool) -> Server {
    let waits = synchronous.then_some(("synchronous_standby_names", STANDBY));
    let settings: Vec<_> = SETTINGS.into_iter().chain(waits).collect();
    primary.standby_through(stream.address().port(), STANDBY, &settings)
}

fn host(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
