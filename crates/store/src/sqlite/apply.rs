//! Writing a batch of commits as one durable transaction. Synchronous and without a clock of its own.

use super::error::Failed;
use crate::judge::judge;
use crate::queries::{Conn, audit};
use authms_core::commit::{Commit, CommitError, Committed};
use authms_core::time::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

/// What became of a batch.
#[derive(Debug)]
pub struct Applied {
    /// The time at which it was judged.
    pub at: Timestamp,
    /// The outcome of each commit, in order.
    pub outcomes: Vec<Result<Committed, CommitError>>,
    /// Whether the connection is as good as before.
    pub healthy: bool,
}

/// Writes a batch in one transaction at `now`, or at the time of the last commit if that is later. Commits are judged
/// one after another, each on what those before it changed; one whose guard fails is left out. If one cannot be
/// written, the batch is rolled back and each half of it is written for itself, so that no bad row fails the others.
pub fn apply(conn: &mut Connection, batch: &[Commit], now: Timestamp) -> Applied {
    match transaction(conn, batch, now) {
        Ok(applied) => applied,
        Err(Failed::Row(_) | Failed::Taken(_)) if batch.len() > 1 => by_halves(conn, batch, now),
        Err(failed) => failure(conn, batch.len(), now, &failed),
    }
}

fn by_halves(conn: &mut Connection, batch: &[Commit], now: Timestamp) -> Applied {
    let (first, second) = batch.split_at(batch.len() / 2);
    let mut all = apply(conn, first, now);
    let rest = apply(conn, second, all.at);
    all.at = rest.at;
    all.outcomes.extend(rest.outcomes);
    all.healthy &= rest.healthy;
    all
}

fn failure(conn: &Connection, commits: usize, at: Timestamp, failed: &Failed) -> Applied {
    if !matches!(failed, Failed::Taken(_)) {
        tracing::error!(error = %failed, commits, "a transaction failed");
    }
    let outcomes = vec![Err(failed.answer()); commits];
    Applied { at, outcomes, healthy: failed.spares_connection() && conn.is_autocommit() }
}

fn transaction(conn: &mut Connection, batch: &[Commit], now: Timestamp) -> Result<Applied, Failed> {
    // Dropped on the way out, the transaction is rolled back.
    let tx = conn
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|e| Failed::before_commit(e.into()))?;
    let at =
        audit::last_time(Conn::Sqlite(&tx)).map_err(Failed::before_commit)?.map_or(now, |last| last.max(now));
    let mut outcomes = Vec::with_capacity(batch.len());
    for commit in batch {
        outcomes.push(judge(Conn::Sqlite(&tx), commit, at).map_err(Failed::before_commit)?);
    }
    tx.commit().map_err(Failed::at_commit)?;
    Ok(Applied { at, outcomes, healthy: true })
}
