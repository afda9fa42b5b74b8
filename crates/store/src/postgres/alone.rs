//! A connection for copying a whole installation, on a runtime of its own.

use super::Running;
use super::apply::Time;
use super::config::{Options, Target};
use super::open::{self, OpenError};
use super::session::Session;
use crate::queries::Result;
use authms_core::ports::Clock;
use authms_core::retention::Retention;
use authms_core::time::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a process that has just ended may still be seen.
const FAREWELL: Duration = Duration::from_secs(5);

/// An open database, for one connection. Not for threads of a runtime.
pub(crate) struct Alone {
    session: Session,
    _runtime: Running,
}

impl Alone {
    /// Opens it; with a time, its schema is brought up to date.
    pub(crate) fn open(url: &str, migrate: Option<Timestamp>) -> Result<Self, OpenError> {
        let running = Running::own().map_err(OpenError::Thread)?;
        let options = Options {
            connections: 1,
            queue: 1,
            statement_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(10),
            migrate: migrate.is_some(),
            retention: Retention::default(),
            clock: Arc::new(Still(migrate.unwrap_or_default())),
            database_time: true,
        };
        let target = Target::parse(url, &options)?;
        let session = open::connected(&target, &options, &running.handle())?;
        if migrate.is_some() {
            open::migrated(&session, &target, &options)?;
        }
        // It reads and writes much, and waits for the other side within a transaction.
        session.batch("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")?;
        Ok(Self { session, _runtime: running })
    }

    /// The connection.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// The server's time of day.
    pub(crate) fn now(&self) -> Result<Timestamp> {
        Time::Database.now(&self.session)
    }

    /// Whether another process of authms is connected to the database, and stays so.
    pub(crate) fn is_shared(&self) -> Result<bool> {
        let others = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'authms' AND pid <> pg_backend_pid()";
        let since = Instant::now();
        loop {
            // Within a transaction it would be asked only once.
            self.session.batch("SELECT pg_stat_clear_snapshot()")?;
            match self.session.number(others)? {
                0 => return Ok(false),
                _ if since.elapsed() > FAREWELL => return Ok(true),
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Until the transaction ends, nobody opens the database: whoever does asks first whether it may be used.
    pub(crate) fn keep_out(&self) -> Result<()> {
        self.session.batch("LOCK TABLE store_state IN ACCESS EXCLUSIVE MODE")
    }
}

/// The time at which a migration is noted.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}
