//! Writing a batch of commits as one durable transaction. Synchronous and without a clock of its own.

use super::error::Failed;
use super::guards;
use crate::queries::{
    api_key, attempt, audit, challenge, client, device, factor, installation, invitation, membership,
    message, mfa_release, passkey, refusal, risk_event, sent_code, session, signing_key, tenant, ticket_life,
    user,
};
use authms_core::commit::{Change, Commit, CommitError, Committed};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, TransactionBehavior};

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
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Failed::before_commit)?;
    let at = audit::last_time(&tx).map_err(Failed::before_commit)?.map_or(now, |last| last.max(now));
    let mut outcomes = Vec::with_capacity(batch.len());
    for commit in batch {
        outcomes.push(judge(&tx, commit, at).map_err(Failed::before_commit)?);
    }
    tx.commit().map_err(Failed::at_commit)?;
    Ok(Applied { at, outcomes, healthy: true })
}

fn judge(conn: &Connection, commit: &Commit, at: Timestamp) -> Result<Result<Committed, CommitError>> {
    if let Some(index) = guards::first_failed(conn, commit.guards(), at)? {
        return Ok(Err(CommitError::Conflict(index)));
    }
    for change in commit.changes() {
        write(conn, change, at)?;
    }
    for row in commit.audit_rows() {
        audit::append(conn, row, at)?;
    }
    Ok(Ok(Committed { at }))
}

fn write(conn: &Connection, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Installation(c) => installation::write(conn, c),
        Change::SigningKeys(c) => signing_key::write(conn, c),
        Change::Tenant(c) => tenant::write(conn, c, at),
        Change::Membership(c) => membership::write(conn, c),
        Change::User(c) => user::write(conn, c, at),
        Change::Client(c) => client::write(conn, c, at),
        Change::ApiKey(c) => api_key::write(conn, c, at),
        Change::Ticket(c) => ticket_life::write(conn, c, at),
        Change::Session(c) => session::write(conn, c, at),
        Change::Invitation(c) => invitation::write(conn, c, at),
        Change::Factor(c) => factor::write(conn, c, at),
        Change::Challenge(c) => challenge::write(conn, c, at),
        Change::Release(c) => mfa_release::write(conn, c, at),
        Change::Device(c) => device::write(conn, c, at),
        Change::Passkey(c) => passkey::write(conn, c, at),
        Change::SignIn(c) => attempt::write(conn, c, at),
        Change::Message(c) => message::write(conn, c),
        Change::Code(c) => sent_code::write(conn, c, at),
        Change::Risk(c) => risk_event::write(conn, c, at),
        Change::CountRefusal(reason) => refusal::count(conn, reason, at),
    }
}
