//! SQLite: the embedded default. One thread writes and gathers what waits into durable transactions; reads run on the
//! calling thread, on connections of their own. Other processes may have the same file open.

mod apply;
mod committer;
mod error;
mod memory;
mod migrate;
mod open;
mod reader;
mod writer;

pub use apply::{Applied, apply};
pub use error::OpenError;
pub use memory::Memory;
pub(crate) use migrate::STEPS;
#[cfg(test)]
pub(crate) use migrate::names as migration_names;
pub use migrate::{LATEST as LATEST_SCHEMA_VERSION, migrate};
pub(crate) use open::{alone as open_alone, beside as open_beside};

use crate::engine::{Engine, EngineStore, Outcome};
use crate::limits::Limits;
use crate::queries::{self, Conn, schema};
use authms_core::commit::Commit;
use authms_core::limits::{Budget, Take};
use authms_core::ports::{Clock, Fut, Read};
use authms_core::retention::Retention;
use authms_core::time::Timestamp;
use committer::Committer;
use reader::Readers;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

/// How a store is opened.
pub struct Options {
    /// The page cache of each connection in KiB; 4096 is as fast as more.
    pub cache_kib: u32,
    /// How many commits may wait before others are refused as [`CommitError::Busy`](authms_core::commit::CommitError::Busy).
    pub queue: usize,
    /// Whether to create the database or bring its schema up to date.
    pub migrate: bool,
    /// How long what is over is kept.
    pub retention: Retention,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// A store in one SQLite file.
pub type SqliteStore = EngineStore<Sqlite>;

/// An open file.
pub struct Sqlite {
    readers: Arc<Readers>,
    committer: Committer,
    limits: Limits,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// Opens the database in this file.
    ///
    /// # Errors
    /// [`OpenError`] says what to do about it.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        open::require_version(rusqlite::version_number())?;
        let place = open::Place { path: path.to_owned(), cache_kib: options.cache_kib };
        let writer = open::first(&place, options.migrate, options.clock.now())?;
        let Options { queue, retention, clock, .. } = options;
        let committer = Committer::start(writer, place.clone(), queue, Arc::clone(&clock), retention)
            .map_err(OpenError::Thread)?;
        let readers = Arc::new(Readers::new(place));
        Ok(Self(Sqlite { readers, committer, limits: Limits::new(), clock }))
    }

    /// The schema's version.
    ///
    /// # Errors
    /// [`Down`](authms_core::ports::Down) if it cannot be read.
    pub fn schema_version(&self) -> Read<u32> {
        self.0.readers.read(schema::version)
    }

    /// Runs `f` on the writing connection, between two transactions: for tests that make it fail.
    #[doc(hidden)]
    pub fn with_writer(&self, f: impl FnOnce(&mut Connection) + Send + 'static) {
        self.0.committer.with_connection(Box::new(f));
    }
}

impl Engine for Sqlite {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn point<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> queries::Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        reader::point(&self.readers, query)
    }

    fn list<T: Send + 'static>(
        &self,
        query: impl FnOnce(Conn<'_>) -> queries::Result<T> + Send + 'static,
    ) -> Fut<'_, Read<T>> {
        reader::list(&self.readers, query)
    }

    fn commit(&self, commit: Commit) -> Fut<'_, Outcome> {
        Box::pin(self.committer.commit(commit))
    }

    fn commit_all(&self, commits: Vec<Commit>) -> Fut<'_, Vec<Outcome>> {
        Box::pin(self.committer.commit_all(commits))
    }

    fn take(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        let budgets = self.limits.take(takes, self.clock.now());
        Box::pin(std::future::ready(Ok(budgets)))
    }

    fn budgets(&self, takes: &[Take]) -> Fut<'_, Read<Vec<Budget>>> {
        let budgets = self.limits.look(takes, self.clock.now());
        Box::pin(std::future::ready(Ok(budgets)))
    }

    fn sweep(&self) -> Fut<'_, Read<()>> {
        self.limits.sweep(self.clock.now());
        Box::pin(self.committer.sweep())
    }
}
