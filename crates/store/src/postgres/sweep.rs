//! The sweep, on a connection of its own: no commit waits for it.

use super::apply::Time;
use super::clock::DatabaseClock;
use super::pool::Pool;
use super::session::Session;
use crate::queries::{Conn, Result, limit};
use crate::sweep::Sweeper;
use authms_core::ports::{Clock, Down, Read};
use authms_core::retention::Retention;
use authms_core::time::{Span, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// How far a node's clock may be from the database's.
const MOST_OFF: Span = Span::seconds(5);

/// What sweeps, and how far it has come.
pub(super) struct Sweep {
    pool: Arc<Pool>,
    time: Time,
    /// This machine's time of day, and the database's; none where that is not gone by.
    clocks: (Arc<dyn Clock>, Option<Arc<DatabaseClock>>),
    off: Arc<AtomicBool>,
    sweeper: Arc<Mutex<Sweeper>>,
    keep: Retention,
}

impl Sweep {
    /// From the beginning.
    pub(super) fn new(
        pool: Arc<Pool>,
        time: Time,
        keep: Retention,
        clocks: (Arc<dyn Clock>, Option<Arc<DatabaseClock>>),
    ) -> Self {
        Self { pool, time, clocks, off: Arc::default(), sweeper: Arc::default(), keep }
    }

    /// Whether this machine's clock was near the database's when they were last compared.
    pub(super) fn is_on_time(&self) -> bool {
        !self.off.load(Relaxed)
    }

    /// Sweeps until there is nothing more to do. Other nodes may do the same: what one has swept the others do not find.
    pub(super) async fn run(&self) -> Read<()> {
        self.compare_clocks().await?;
        loop {
            let (sweeper, time, keep) = (Arc::clone(&self.sweeper), self.time.clone(), self.keep);
            let swept = self.pool.run(move |session| step(session, &sweeper, &time, &keep)).await?;
            match swept {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    tracing::error!(%error, "the sweep failed");
                    return Err(Down);
                }
            }
        }
    }
}

impl Sweep {
    /// Everything is judged by the database's clock; but a machine whose own is wrong takes good certificates for expired, and
    /// its log misleads.
    async fn compare_clocks(&self) -> Read<()> {
        let (own, Some(database)) = &self.clocks else { return Ok(()) };
        let told = Arc::clone(database);
        self.pool.run(move |session| told.compare(session)).await?.map_err(|_| Down)?;
        let off = (own.now().as_millis() - database.now().as_millis()).abs() > MOST_OFF.as_millis();
        if off && !self.off.load(Relaxed) {
            tracing::error!(
                "this machine's clock is more than 5 s off the database's: set it, until then this node is not ready"
            );
        }
        self.off.store(off, Relaxed);
        Ok(())
    }
}

fn step(session: &Session, sweeper: &Mutex<Sweeper>, time: &Time, keep: &Retention) -> Result<bool> {
    let mut sweeper = sweeper.lock().unwrap_or_else(PoisonError::into_inner);
    let mut next = std::mem::take(&mut *sweeper);
    let swept = time.now(session).and_then(|now| transaction(session, &mut next, keep, now));
    match swept {
        Ok(_) => *sweeper = next,
        Err(_) => drop(session.batch("ROLLBACK")),
    }
    swept
}

fn transaction(session: &Session, sweeper: &mut Sweeper, keep: &Retention, now: Timestamp) -> Result<bool> {
    // What is lost is swept again. Steps of several nodes follow each other, so that none carries what another reaps.
    session.batch("BEGIN; SET LOCAL synchronous_commit = off; SELECT pg_advisory_xact_lock(7310577, 3)")?;
    let more = sweeper.step(Conn::Postgres(session), keep, now)?;
    let more_limits = limit::forget_full(Conn::Postgres(session), now)?;
    session.batch("COMMIT")?;
    Ok(more || more_limits)
}
