//! The one writer: a thread that owns its connection and writes whatever has queued up as one durable transaction.

use super::apply::apply;
use super::open::{self, Place};
use crate::queries::{Conn, Result};
use crate::sweep::Sweeper;
use authms_core::commit::{Commit, CommitError, Committed, Lane};
use authms_core::ports::{Clock, Down, Read};
use authms_core::retention::Retention;
use authms_core::time::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// Jobs taken from the queue at once: as many as make a transaction cheap, as few as keep it short.
const BATCH: usize = 512;

pub(super) type Outcome = std::result::Result<Committed, CommitError>;
pub(super) type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// What the writer is asked to do.
pub(super) enum Job {
    /// To write a commit.
    Commit(Commit, oneshot::Sender<Outcome>),
    /// To write commits as one transaction, of whatever lane they are.
    Commits(Vec<Commit>, oneshot::Sender<Vec<Outcome>>),
    /// To sweep a little, and to answer whether there is more.
    Sweep(oneshot::Sender<Read<bool>>),
    /// Anything, between two transactions.
    Work(Work),
}

/// The thread's state.
pub(super) struct Writer {
    /// `None` after a failure, until it can be opened again.
    conn: Option<Connection>,
    place: Place,
    clock: Arc<dyn Clock>,
    /// The latest time at which a commit was judged: what was refused as expired stays so, whatever the clock does.
    last: Timestamp,
    sweeper: Sweeper,
    keep: Retention,
}

impl Writer {
    /// A writer on this connection.
    pub(super) fn new(conn: Connection, place: Place, clock: Arc<dyn Clock>, keep: Retention) -> Self {
        let (last, sweeper) = (Timestamp::default(), Sweeper::default());
        Self { conn: Some(conn), place, clock, last, sweeper, keep }
    }

    /// Works until nobody can ask for more.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut gathered = Gathered::default();
            for job in std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)) {
                match job {
                    Job::Commit(commit, answer) if commit.lane() == Lane::Gathered => {
                        gathered.push(commit, answer);
                    }
                    alone => {
                        let before = std::mem::take(&mut gathered);
                        self.survive(|writer| writer.write(before));
                        self.survive(|writer| writer.alone(alone));
                    }
                }
            }
            self.survive(|writer| writer.write(gathered));
        }
    }

    /// Does something that may panic: those who wait for it see that no answer comes, and the next is served.
    fn survive(&mut self, job: impl FnOnce(&mut Self)) {
        if catch_unwind(AssertUnwindSafe(|| job(self))).is_err() {
            tracing::error!("the writer panicked");
            // It is rolled back by being closed.
            self.conn = None;
        }
    }

    fn alone(&mut self, job: Job) {
        match job {
            Job::Commit(commit, answer) => {
                let mut one = Gathered::default();
                one.push(commit, answer);
                self.write(one);
            }
            Job::Commits(commits, answer) => {
                let _ = answer.send(self.apply(&commits));
            }
            Job::Sweep(answer) => {
                let _ = answer.send(self.sweep());
            }
            Job::Work(work) => {
                if let Some(conn) = self.connection() {
                    work(conn);
                }
            }
        }
    }

    /// Writes a batch, and answers when it is durable.
    fn write(&mut self, batch: Gathered) {
        let Gathered { commits, answers } = batch;
        if commits.is_empty() {
            return;
        }
        for (answer, outcome) in answers.into_iter().zip(self.apply(&commits)) {
            // Whoever does not wait any more does not miss it.
            let _ = answer.send(outcome);
        }
    }

    fn apply(&mut self, commits: &[Commit]) -> Vec<Outcome> {
        let now = self.now();
        let Some(conn) = self.connection() else {
            return vec![Err(CommitError::Unavailable); commits.len()];
        };
        let applied = apply(conn, commits, now);
        self.last = applied.at;
        if !applied.healthy {
            self.conn = None;
        }
        applied.outcomes
    }

    fn sweep(&mut self) -> Read<bool> {
        let now = self.now();
        let mut sweeper = std::mem::take(&mut self.sweeper);
        let keep = self.keep;
        match sweep(&mut sweeper, self.connection().ok_or(Down)?, &keep, now) {
            Ok(more) => {
                self.sweeper = sweeper;
                Ok(more)
            }
            Err(error) => {
                tracing::error!(%error, "the sweep failed");
                self.conn = None;
                Err(Down)
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now().max(self.last)
    }

    fn connection(&mut self) -> Option<&mut Connection> {
        if self.conn.is_none() {
            match open::writer(&self.place) {
                Ok(conn) => self.conn = Some(conn),
                Err(error) => tracing::error!(%error, "the database cannot be opened again"),
            }
        }
        self.conn.as_mut()
    }
}

pub(super) fn sweep(
    sweeper: &mut Sweeper,
    conn: &mut Connection,
    keep: &Retention,
    now: Timestamp,
) -> Result<bool> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let more = sweeper.step(Conn::Sqlite(&tx), keep, now)?;
    tx.commit()?;
    Ok(more)
}

/// Commits that go into one transaction, and where their outcomes go.
#[derive(Default)]
struct Gathered {
    commits: Vec<Commit>,
    answers: Vec<oneshot::Sender<Outcome>>,
}

impl Gathered {
    fn push(&mut self, commit: Commit, answer: oneshot::Sender<Outcome>) {
        self.commits.push(commit);
        self.answers.push(answer);
    }
}
