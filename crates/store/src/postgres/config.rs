//! Where a PostgreSQL database is, and how its connections are set up.

use super::error::PostgresError;
use super::open::OpenError;
use super::session::Session;
use super::tls::Tls;
use crate::queries::{Error, Result};
use authms_core::ports::Clock;
use authms_core::retention::Retention;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// How a store on PostgreSQL is opened.
#[derive(Clone)]
pub struct Options {
    /// Connections that read; eight more do what every request needs, write, count limits and sweep.
    pub connections: u32,
    /// How many commits may wait before others are refused as [`CommitError::Busy`](authms_core::commit::CommitError::Busy).
    pub queue: usize,
    /// How long a statement may take; then it is cancelled.
    pub statement_timeout: Duration,
    /// How long a statement may wait for a lock; then it is tried again, or refused.
    pub lock_timeout: Duration,
    /// Whether to bring the schema up to date.
    pub migrate: bool,
    /// How long what is over is kept.
    pub retention: Retention,
    /// This machine's time of day.
    pub clock: Arc<dyn Clock>,
    /// Whether commits are judged at the database's time, as they must be where there are several machines; else, in tests,
    /// at that of `clock`.
    pub database_time: bool,
}

/// Whether a URL names a database of PostgreSQL.
///
/// # Errors
/// [`OpenError::Url`], [`OpenError::SslMode`]
pub fn check_url(url: &str) -> Result<(), OpenError> {
    let (url, asked) = Tls::take_from(url);
    let config: Config = url.parse().map_err(|_| OpenError::Url)?;
    if config.get_hosts().is_empty() || config.get_user().is_none() {
        return Err(OpenError::Url);
    }
    asked.mode(true).map(drop)
}

/// Connections that are not for reading: see [`Options::connections`].
pub(super) const OTHERS: u32 = 6;

/// How long a transaction may wait for us before PostgreSQL ends it: a node that stands still must not hold up the others.
/// Shorter than any lock timeout allowed, so that those who wait outlast it.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(2);

/// How long it may take to connect to one address.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What answers come this much later than a statement may take come never.
const GRACE: Duration = Duration::from_secs(3);

/// A database, and what is asked of each connection to it.
pub(super) struct Target {
    config: Config,
    tls: Tls,
    settings: String,
    /// How long to wait for an answer, or for a connection to become free.
    pub(super) patience: Duration,
}

impl Target {
    /// Reads a URL: `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`.
    pub(super) fn parse(url: &str, options: &Options) -> Result<Self, OpenError> {
        check_url(url)?;
        let (url, asked) = Tls::take_from(url);
        let mut config: Config = url.parse().map_err(|_| OpenError::Url)?;
        let near = config.get_hosts().iter().all(is_near);
        config.ssl_mode(asked.mode(near)?);
        config.application_name("authms").connect_timeout(CONNECT_TIMEOUT);
        // Of several servers one is the primary, and not always the same.
        if config.get_hosts().len() > 1 {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let tls = if config.get_ssl_mode() == SslMode::Disable { Tls::off() } else { asked.load()? };
        let patience = options.statement_timeout.max(options.lock_timeout) + GRACE;
        Ok(Self { config, tls, settings: settings(options), patience })
    }

    /// Where it is, without secrets.
    pub(super) fn place(&self) -> String {
        place(&self.config)
    }

    /// Its user.
    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// Its database.
    pub(super) fn database(&self) -> &str {
        database(&self.config)
    }

    /// Opens a connection, and refuses a server that only reads: it may be behind.
    pub(super) fn connect(&self, runtime: &Handle) -> Result<Session> {
        let session = runtime.block_on(async {
            let connecting = tokio::time::timeout(self.patience, self.config.connect(self.tls.clone()));
            let connected = connecting.await.map_err(|_| Error::Postgres(PostgresError::SILENT))?;
            let (client, connection) = connected.map_err(PostgresError::from)?;
            Ok::<_, Error>(Session::start(client, connection, self.patience))
        })?;
        session.batch(&self.settings)?;
        if session.only_reads()? { Err(PostgresError::ONLY_READS.into()) } else { Ok(session) }
    }
}

/// What a URL names, in words without secrets.
pub(crate) fn place_of(url: &str) -> String {
    let config = Tls::take_from(url).0.parse::<Config>();
    config.map_or_else(
        |_| "PostgreSQL".to_owned(),
        |config| format!("PostgreSQL, {} on {}", database(&config), place(&config)),
    )
}

fn database(config: &Config) -> &str {
    config.get_dbname().or(config.get_user()).unwrap_or_default()
}

fn place(config: &Config) -> String {
    let host = |host: &Host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    };
    let hosts: Vec<_> = config.get_hosts().iter().map(host).collect();
    let ports: Vec<_> = config.get_ports().iter().map(u16::to_string).collect();
    format!(
        "{} port {}",
        hosts.join(", "),
        if ports.is_empty() { "5432".to_owned() } else { ports.join(", ") }
    )
}

fn is_near(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

/// What every connection is told. Plans are made for each execution: one that was cached while a table was empty reads all of
/// it once it has filled.
fn settings(options: &Options) -> String {
    let mut sql = String::from(
        "SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
         SET plan_cache_mode = force_custom_plan; SET default_transaction_isolation = 'read committed';",
    );
    let times = [
        ("statement_timeout", options.statement_timeout),
        ("lock_timeout", options.lock_timeout),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION),
    ];
    for (name, time) in times {
        let _ = write!(sql, "SET {name} = {};", time.as_millis());
    }
    sql
}
