//! Connections that read, one for each read at a time.

use super::open::{self, Place};
use crate::queries::{Conn, Result};
use authms_core::ports::{Down, Fut, Read};
use rusqlite::Connection;
use std::sync::{Arc, Mutex, PoisonError};

/// Idle connections kept at the most; each costs its cache.
const IDLE: usize = 16;

/// Idle reading connections. A stack, so that the warmest is taken: point reads run on the threads of the runtime, and
/// there are never more connections in use than such threads.
pub(super) struct Readers {
    place: Place,
    /// As many as threads read at once, and one for a list behind them. Those that a moment took beyond that would all
    /// fill their caches by turns.
    keep: usize,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// None yet.
    pub(super) fn new(place: Place) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { place, keep: (threads + 1).min(IDLE), idle: Mutex::new(Vec::new()) }
    }

    /// Only this one, which may write, too.
    pub(super) fn of(conn: Connection, place: Place) -> Self {
        Self { place, keep: 1, idle: Mutex::new(vec![conn]) }
    }

    /// Takes an idle connection away.
    pub(super) fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Does something on an idle connection; `None`: there is none.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> T) -> Option<T> {
        let mut conn = self.take()?;
        let done = work(&mut conn);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        Some(done)
    }

    /// Reads now, on this thread.
    pub(super) fn read<T>(&self, query: impl FnOnce(Conn<'_>) -> Result<T>) -> Read<T> {
        self.run(query).map_err(|error| {
            tracing::error!(%error, "a read failed");
            Down
        })
    }

    fn run<T>(&self, query: impl FnOnce(Conn<'_>) -> Result<T>) -> Result<T> {
        let conn = self.take().map_or_else(|| open::reader(&self.place), Ok)?;
        // After an error the connection is closed: what broke it may be gone with it.
        let found = query(Conn::Sqlite(&conn))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.keep {
            idle.push(conn);
        }
        Ok(found)
    }
}

/// A point read: a few microseconds, not worth another thread.
pub(super) fn point<'a, T: Send + 'a>(
    readers: &Readers,
    query: impl FnOnce(Conn<'_>) -> Result<T>,
) -> Fut<'a, Read<T>> {
    Box::pin(std::future::ready(readers.read(query)))
}

/// A list: on a thread that may block, where there is a runtime.
pub(super) fn list<'a, T: Send + 'static>(
    readers: &Arc<Readers>,
    query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
) -> Fut<'a, Read<T>> {
    let readers = Arc::clone(readers);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let read = runtime.spawn_blocking(move || readers.read(query));
            Box::pin(async move { read.await.unwrap_or(Err(Down)) })
        }
        Err(_) => Box::pin(std::future::ready(readers.read(query))),
    }
}
