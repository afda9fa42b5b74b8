//! Writing a batch of commits as one transaction, one after another on all nodes: whoever judges has seen all that was judged
//! before, under the same lock.

use super::error::Failed;
use super::session::Session;
use crate::engine::Outcome;
use crate::judge::judge;
use crate::queries::{Conn, audit};
use authms_core::commit::{Change, Commit, CommitError};
use authms_core::ports::Clock;
use authms_core::time::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where the time comes from at which commits are judged.
#[derive(Clone)]
pub(super) enum Time {
    /// The database: the same for all nodes.
    Database,
    /// A clock, in tests.
    Clock(Arc<dyn Clock>),
}

impl Time {
    /// Now, as the database has just said.
    pub(super) fn or(&self, database: Timestamp) -> Timestamp {
        match self {
            Self::Database => database,
            Self::Clock(clock) => clock.now(),
        }
    }

    /// Now.
    pub(super) fn now(&self, session: &Session) -> crate::queries::Result<Timestamp> {
        match self {
            Self::Database => session.number(NOW).map(Timestamp::from_millis),
            Self::Clock(clock) => Ok(clock.now()),
        }
    }
}

/// What nobody else changes meanwhile.
#[derive(Clone, Copy)]
pub(super) enum Held {
    /// All that guards are about.
    Everything,
    /// The trees of the audit log. Acts go on beside it.
    Trees,
}

/// Nobody seals or erases beside this.
const TREES: &str = "SELECT pg_advisory_xact_lock(7310577, 4)";

/// The latest time at which this node judged anything, in either lane: what was refused as expired stays so.
#[derive(Clone, Default)]
pub(super) struct Last(Arc<Mutex<Timestamp>>);

impl Last {
    /// The later of this time and the last.
    pub(super) fn raise(&self, at: Timestamp) -> Timestamp {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = at.max(*last);
        *last
    }
}

/// The database's time of day in milliseconds since 1970.
pub(super) const NOW: &str = "SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT)";

/// How often a transaction is tried again that another one stood in the way of.
const TRIES: u32 = 5;

/// Writes a batch. Commits are judged one after another, each on what those before it changed; one whose guard fails is left
/// out. If one cannot be written, nothing is, and each half of the batch is written for itself, so that no bad row fails the
/// others.
pub(super) fn apply(session: &Session, batch: &[Commit], clock: &(Time, Last), held: Held) -> Vec<Outcome> {
    match tried(session, batch, clock, held) {
        Ok(outcomes) => outcomes,
        Err(Failed::Row(_) | Failed::Taken(_)) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len() / 2);
            let mut outcomes = apply(session, first, clock, held);
            outcomes.extend(apply(session, second, clock, held));
            outcomes
        }
        Err(failed) => {
            if !matches!(failed, Failed::Taken(_)) {
                tracing::error!(error = %failed, commits = batch.len(), "a transaction failed");
            }
            vec![Err(failed.answer()); batch.len()]
        }
    }
}

fn tried(
    session: &Session,
    batch: &[Commit],
    clock: &(Time, Last),
    held: Held,
) -> Result<Vec<Outcome>, Failed> {
    for tried in 1..TRIES {
        match transaction(session, batch, clock, held) {
            Err(Failed::Raced(error)) => {
                tracing::debug!(%error, tried, "a transaction is tried again");
                std::thread::sleep(Duration::from_millis(5) * tried);
            }
            done => return done,
        }
    }
    transaction(session, batch, clock, held)
}

fn transaction(
    session: &Session,
    batch: &[Commit],
    clock: &(Time, Last),
    held: Held,
) -> Result<Vec<Outcome>, Failed> {
    let written = written(session, batch, clock, held);
    match written {
        Ok(outcomes) => session.commit().map_err(Failed::at_commit).map(|()| outcomes),
        Err(error) => {
            // If this does not arrive either, the connection is lost, and the transaction with it.
            let _ = session.batch("ROLLBACK");
            Err(Failed::before_commit(error))
        }
    }
}

fn written(
    session: &Session,
    batch: &[Commit],
    (time, last): &(Time, Last),
    held: Held,
) -> crate::queries::Result<Vec<Outcome>> {
    session.batch(match held {
        Held::Everything => "BEGIN; SELECT pg_advisory_xact_lock(7310577, 2)",
        Held::Trees => "BEGIN",
    })?;
    if batch.iter().flat_map(Commit::changes).any(|change| matches!(change, Change::Audit(_))) {
        session.batch(TREES)?;
    }
    let conn = Conn::Postgres(session);
    let now = time.now(session)?;
    let at = last.raise(audit::last_time(conn)?.map_or(now, |written| written.max(now)));
    batch.iter().map(|commit| judge(conn, commit, at)).collect::<crate::queries::Result<Vec<Outcome>>>()
}

/// What everybody is told who waits for a writer that is not there.
pub(super) fn none(commits: usize) -> Vec<Outcome> {
    vec![Err(CommitError::Unavailable); commits]
}
