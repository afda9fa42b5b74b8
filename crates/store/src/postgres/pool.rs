//! A bounded number of connections, opened when they are needed and again when they were lost.

use super::config::Target;
use super::session::Session;
use crate::queries::{Conn, Result};
use authms_core::ports::{Down, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// The first wait after a connection could not be opened, and the longest: each further failure doubles it.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// Connections of one kind.
pub(super) struct Pool {
    target: Arc<Target>,
    runtime: Handle,
    /// What each connection is told beside what all are.
    settings: &'static str,
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A stack, so that the warmest is taken.
    idle: Vec<Session>,
    /// After a failure: how long was waited, and until when nobody tries again.
    failed: Option<(Duration, Instant)>,
}

impl Pool {
    /// At most so many connections, none yet. Each is told these settings beside those that all are told.
    pub(super) fn new(
        target: Arc<Target>,
        runtime: Handle,
        connections: u32,
        settings: &'static str,
    ) -> Arc<Self> {
        let permits = Arc::new(Semaphore::new(connections.max(1) as usize));
        Arc::new(Self { target, runtime, settings, permits, state: Mutex::default() })
    }

    /// Lends a connection. Nobody counts them: for pools with no more borrowers than connections.
    pub(super) async fn lend(self: &Arc<Self>) -> Read<Lent> {
        let idle = self.state().idle.pop().filter(|session| !session.is_closed());
        let session = match idle {
            Some(session) => session,
            None => {
                let pool = Arc::clone(self);
                self.runtime.spawn_blocking(move || pool.take()).await.unwrap_or(Err(Down))?
            }
        };
        Ok(Lent { session: Some(session), pool: Arc::clone(self) })
    }

    /// Does something on a connection of its own, on a thread that may block.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Session) -> T + Send + 'static,
    ) -> Read<T> {
        let waited = tokio::time::timeout(self.target.patience, Arc::clone(&self.permits).acquire_owned());
        let Ok(Ok(permit)) = waited.await else {
            tracing::error!("no connection to PostgreSQL became free in time");
            return Err(Down);
        };
        let pool = Arc::clone(self);
        let job = move || {
            let _permit = permit;
            let session = pool.take()?;
            let done = work(&session);
            pool.give_back(session);
            Ok(done)
        };
        self.runtime.spawn_blocking(job).await.unwrap_or(Err(Down))
    }

    /// Reads.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(Conn<'_>) -> Result<T> + Send + 'static,
    ) -> Read<T> {
        self.run(move |session| query(Conn::Postgres(session))).await?.map_err(|error| {
            tracing::error!(%error, "a read failed");
            Down
        })
    }

    fn take(&self) -> Read<Session> {
        let mut state = self.state();
        while let Some(session) = state.idle.pop() {
            if !session.is_closed() {
                return Ok(session);
            }
        }
        // Whoever comes while the server is away is told so at once, instead of waiting in line for it.
        if state.failed.is_some_and(|(_, until)| Instant::now() < until) {
            return Err(Down);
        }
        drop(state);
        let opened = self.open();
        let mut state = self.state();
        match opened {
            Ok(session) => {
                state.failed = None;
                Ok(session)
            }
            Err(error) => {
                let wait = state.failed.map_or(BACK_OFF.0, |(last, _)| (last * 2).min(BACK_OFF.1));
                state.failed = Some((wait, Instant::now() + wait));
                tracing::error!(%error, "PostgreSQL cannot be connected to");
                Err(Down)
            }
        }
    }

    fn open(&self) -> Result<Session> {
        let session = self.target.connect(&self.runtime)?;
        if !self.settings.is_empty() {
            session.batch(self.settings)?;
        }
        Ok(session)
    }

    fn give_back(&self, session: Session) {
        if !session.is_closed() {
            self.state().idle.push(session);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that goes back to its pool.
pub(super) struct Lent {
    session: Option<Session>,
    pool: Arc<Pool>,
}

impl std::ops::Deref for Lent {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Whoever panicked may have left a transaction open.
        if let Some(session) = self.session.take().filter(|_| !std::thread::panicking()) {
            self.pool.give_back(session);
        }
    }
}
