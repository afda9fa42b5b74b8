//! Opening a store: what must be so, and what to do where it is not.

use super::clock::DatabaseClock;
use super::config::{OTHERS, Options, Target};
use super::migrate;
use super::session::Session;
use crate::queries::{Conn, Error};
use crate::schema::{self, Unfit};
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;

/// Why a store on PostgreSQL does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL cannot be read.
    #[error("the database's URL cannot be read; write it as postgres://user:password@host:port/database")]
    Url,
    /// A mode of TLS that there is not.
    #[error("sslmode={0} is not known; write disable, prefer, require or verify-full")]
    SslMode(String),
    /// The authorities of its certificate cannot be read.
    #[error("{}: {cause}; name a PEM file of the authorities that vouch for the server by sslrootcert=", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// Nobody answers.
    #[error(
        "PostgreSQL at {place} cannot be reached ({cause}); check host, port and network, and that it runs"
    )]
    Unreachable {
        /// Where.
        place: String,
        /// Why.
        cause: String,
    },
    /// The password is wrong, or the user may not come in from here.
    #[error(
        "PostgreSQL at {place} refuses user {user} ({cause}); check password and sslmode in the URL, and the server's pg_hba.conf"
    )]
    Credentials {
        /// Where.
        place: String,
        /// Who.
        user: String,
        /// What it says.
        cause: String,
    },
    /// There is no such database.
    #[error("there is no database {0:?} on that server; make it: CREATE DATABASE {0}")]
    NoDatabase(String),
    /// The server does not write.
    #[error("PostgreSQL at {0} only reads: it is a standby, or set to be read-only; name the primary")]
    OnlyReads(String),
    /// The server is too old.
    #[error("PostgreSQL {0} is too old; use version 14 or newer")]
    TooOld(i64),
    /// A setting loses what was acknowledged.
    #[error(
        "the server runs with {0}=off, and would lose or corrupt data in a crash; set it to on and restart it"
    )]
    NotDurable(&'static str),
    /// There are too few connections.
    #[error(
        "{wanted} connections are configured for each node and the server allows {allowed} in all; lower \
         AUTHMS_STORE__CONNECTIONS, or raise max_connections on the server"
    )]
    TooManyConnections {
        /// How many a node opens.
        wanted: u32,
        /// How many the server allows.
        allowed: i64,
    },
    /// The database is not UTF-8.
    #[error(
        "the database's encoding is not UTF8; make it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding,
    /// The user may not make tables.
    #[error("the user may not create tables in the database; grant it: GRANT CREATE ON SCHEMA public TO {0}")]
    NotAllowed(String),
    /// The database has tables, but none of ours.
    #[error("the database {0:?} holds something else than an installation of authms; name an empty one")]
    NotOurs(String),
    /// What is in it does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The runtime of its connections cannot be started.
    #[error(
        "the threads of the database's connections cannot be started: {0}; raise the limit of processes for this user"
    )]
    Thread(std::io::Error),
    /// Anything else.
    #[error("the database cannot be opened: {0}")]
    Other(Error),
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// How long a migration may take.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The first connection: what must be so is checked, the clock is set, and the schema brought up to date if it may.
pub(super) fn first(
    target: &Target,
    options: &Options,
    clock: Option<&DatabaseClock>,
    runtime: &Handle,
) -> Result<(), OpenError> {
    let session = connected(target, options, runtime)?;
    if let Some(clock) = clock {
        clock.compare(&session)?;
        // Once more, since the first time the statement was prepared, too.
        clock.compare(&session)?;
    }
    let conn = Conn::Postgres(&session);
    schema::require_in_use(conn)?;
    if options.migrate {
        migrated(&session, target, options)?;
    }
    Ok(schema::require_latest(conn, migrate::STEPS)?)
}

/// A connection to a server that may be used, whatever is in the database.
pub(super) fn connected(target: &Target, options: &Options, runtime: &Handle) -> Result<Session, OpenError> {
    let session = target.connect(runtime).map_err(|error| explain(target, error))?.patient(PATIENCE);
    check(&session, options)?;
    Ok(session)
}

/// Brings the schema up to date.
pub(super) fn migrated(session: &Session, target: &Target, options: &Options) -> Result<(), OpenError> {
    match migrate::migrate(session, target, options.clock.now()) {
        Err(OpenError::Other(Error::Postgres(e))) if e.state() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            Err(OpenError::NotAllowed(target.user().to_owned()))
        }
        migrated => migrated,
    }
}

fn check(session: &Session, options: &Options) -> Result<(), OpenError> {
    let version = session.number("SELECT CAST(current_setting('server_version_num') AS BIGINT)")?;
    if version < 140_000 {
        return Err(OpenError::TooOld(version / 10_000));
    }
    for name in ["fsync", "full_page_writes"] {
        if session.number(&format!("SELECT current_setting('{name}') = 'off'"))? != 0 {
            return Err(OpenError::NotDurable(name));
        }
    }
    if session.number("SELECT current_setting('server_encoding') = 'UTF8'")? == 0 {
        return Err(OpenError::Encoding);
    }
    let allowed = session.number(
        "SELECT CAST(current_setting('max_connections') AS BIGINT)
              - CAST(current_setting('superuser_reserved_connections') AS BIGINT)",
    )?;
    let wanted = options.connections.saturating_add(OTHERS);
    if i64::from(wanted) > allowed {
        return Err(OpenError::TooManyConnections { wanted, allowed });
    }
    Ok(())
}

/// What an error of the first connection means to the operator.
fn explain(target: &Target, error: Error) -> OpenError {
    let Error::Postgres(said) = &error else { return OpenError::Other(error) };
    let (place, cause) = (target.place(), said.to_string());
    match said.state() {
        _ if said.only_reads() => OpenError::OnlyReads(place),
        Some(state) if state.code().starts_with("28") => {
            OpenError::Credentials { place, user: target.user().to_owned(), cause }
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => OpenError::NoDatabase(target.database().to_owned()),
        None if said.lacks_password() => {
            OpenError::Credentials { place, user: target.user().to_owned(), cause }
        }
        _ => OpenError::Unreachable { place, cause },
    }
}
