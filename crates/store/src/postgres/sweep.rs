//! The sweep, on a connection of its own: no commit waits for it.

use super::apply::Time;
use super::pool::Pool;
use super::session::Session;
use crate::queries::{Conn, Result, limit};
use crate::sweep::Sweeper;
use authms_core::ports::{Down, Read};
use authms_core::retention::Retention;
use authms_core::time::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// What sweeps, and how far it has come.
pub(super) struct Sweep {
    pool: Arc<Pool>,
    time: Time,
    sweeper: Arc<Mutex<Sweeper>>,
    keep: Retention,
}

impl Sweep {
    /// From the beginning.
    pub(super) fn new(pool: Arc<Pool>, time: Time, keep: Retention) -> Self {
        Self { pool, time, sweeper: Arc::default(), keep }
    }

    /// Sweeps until there is nothing more to do. Other nodes may do the same: what one has swept the others do not find.
    pub(super) async fn run(&self) -> Read<()> {
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
    // What is lost is swept again.
    session.batch("BEGIN; SET LOCAL synchronous_commit = off")?;
    let more = sweeper.step(Conn::Postgres(session), keep, now)?;
    let more_limits = limit::forget_full(Conn::Postgres(session), now)?;
    session.batch("COMMIT")?;
    Ok(more || more_limits)
}
