//! The way to a writer that judges commits one after another: a bounded queue, and a task that has written whatever waits in it.

use super::apply::{self, Held, Last, Time};
use super::pool::Pool;
use super::session::Session;
use crate::engine::Outcome;
use authms_core::commit::{Commit, CommitError, Lane};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};
use tokio::sync::oneshot;

/// Commits written in one transaction: all nodes wait for it.
const BATCH: usize = 64;

pub(super) enum Job {
    /// To write a commit.
    Commit(Commit, oneshot::Sender<Outcome>),
    /// To write commits as one transaction, of whatever lane they are.
    Commits(Vec<Commit>, oneshot::Sender<Vec<Outcome>>),
}

/// The way to the writer.
pub(super) struct Committer {
    jobs: Sender<Job>,
}

impl Committer {
    /// Starts the writer.
    pub(super) fn start(
        pool: Arc<Pool>,
        (clock, held): ((Time, Last), Held),
        queue: usize,
        runtime: &Handle,
    ) -> Self {
        let (jobs, waiting) = channel(queue.max(1));
        runtime.spawn(Writer { pool, clock, held }.run(waiting));
        Self { jobs }
    }

    /// Has a commit written.
    pub(super) async fn commit(&self, commit: Commit) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        self.send(Job::Commit(commit, answer))?;
        // No answer: the writer panicked with the commit in its hands.
        outcome.await.unwrap_or(Err(CommitError::Unknown))
    }

    /// Has commits written together; the writer has them when this returns.
    pub(super) fn commit_all(&self, commits: Vec<Commit>) -> impl Future<Output = Vec<Outcome>> + use<> {
        let count = commits.len();
        let (answer, outcomes) = oneshot::channel();
        let sent = self.send(Job::Commits(commits, answer));
        async move {
            match sent {
                Ok(()) => outcomes.await.unwrap_or_else(|_| vec![Err(CommitError::Unknown); count]),
                Err(refused) => vec![Err(refused); count],
            }
        }
    }

    /// Has a commit written for somebody who waits for its outcome.
    pub(super) fn accept(&self, commit: Commit, answer: oneshot::Sender<Outcome>) {
        if let Err(TrySendError::Full(job) | TrySendError::Closed(job)) =
            self.jobs.try_send(Job::Commit(commit, answer))
            && let Job::Commit(_, answer) = job
        {
            let _ = answer.send(Err(CommitError::Busy));
        }
    }

    pub(super) fn send(&self, job: Job) -> Result<(), CommitError> {
        self.jobs.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => CommitError::Busy,
            TrySendError::Closed(_) => CommitError::Unavailable,
        })
    }
}

/// The writer. Its pool is one connection.
struct Writer {
    pool: Arc<Pool>,
    clock: (Time, Last),
    held: Held,
}

impl Writer {
    async fn run(self, mut jobs: Receiver<Job>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while jobs.recv_many(&mut waiting, BATCH).await > 0 {
            let mut gathered = Gathered::default();
            for job in waiting.drain(..) {
                match job {
                    Job::Commit(commit, answer) if commit.lane() == Lane::Gathered => {
                        gathered.push(commit, answer);
                    }
                    alone => {
                        self.write(std::mem::take(&mut gathered)).await;
                        self.alone(alone).await;
                    }
                }
            }
            self.write(gathered).await;
        }
    }

    async fn alone(&self, job: Job) {
        match job {
            Job::Commit(commit, answer) => {
                let mut one = Gathered::default();
                one.push(commit, answer);
                self.write(one).await;
            }
            Job::Commits(commits, answer) => {
                let _ = answer.send(self.apply(commits).await);
            }
        }
    }

    /// Writes a batch, and answers when it is durable.
    async fn write(&self, batch: Gathered) {
        let Gathered { commits, answers } = batch;
        if commits.is_empty() {
            return;
        }
        for (answer, outcome) in answers.into_iter().zip(self.apply(commits).await) {
            // Whoever does not wait any more does not miss it.
            let _ = answer.send(outcome);
        }
    }

    async fn apply(&self, commits: Vec<Commit>) -> Vec<Outcome> {
        let (count, clock, held) = (commits.len(), self.clock.clone(), self.held);
        let work = move |session: &Session| apply::apply(session, &commits, &clock, held);
        // No connection, or a panic on the way to COMMIT, which loses it: nothing was written.
        self.pool.run(work).await.unwrap_or_else(|_| apply::none(count))
    }
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
