//! The hot lane: commits that most requests end in are judged in memory and written together, mostly by one statement. Which
//! those are is a closed list ([`shape`]); everything else goes through the general lane, which judges one after another.
//!
//! Both lanes hold the advisory lock 7310577, 2: the general one alone, the hot one together with others of its kind, on all
//! nodes. So a commit of either never runs beside one of the other, and only hot ones beside hot ones need thought:
//! see docs/adr/0013-two-lanes-to-postgresql.md. Sealing goes beside both.

mod batch;
mod locks;
mod shape;

use super::apply::{Last, Time};
use super::committer::{Committer, Job};
use super::error::Failed;
use super::pool::Pool;
use crate::engine::Outcome;
use authms_core::commit::{Commit, CommitError};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel, error::TrySendError};
use tokio::sync::{Mutex, oneshot};

/// Connections that write. With two, one would work while the other waits for the disk; but batches are half as large then, and
/// each costs the same: a third more for each redemption, measured.
pub(super) const CONNECTIONS: u32 = 1;

/// Commits in one transaction, unless they came together.
const BATCH: usize = 256;

/// How often a transaction is tried again that another one stood in the way of.
const TRIES: u32 = 5;

/// The ways to the writers.
pub(super) struct Lanes {
    hot: Sender<Job>,
    general: Arc<Committer>,
    sealing: Committer,
}

impl Lanes {
    /// Starts the writers of the hot lane.
    pub(super) fn start(
        pool: &Arc<Pool>,
        (general, sealing): (Committer, Committer),
        (time, last): (Time, Last),
        queue: usize,
        runtime: &Handle,
    ) -> Self {
        let (hot, waiting) = channel(queue.max(1));
        let (waiting, general) = (Arc::new(Mutex::new(waiting)), Arc::new(general));
        for _ in 0..CONNECTIONS {
            let (pool, general, waiting) = (Arc::clone(pool), Arc::clone(&general), Arc::clone(&waiting));
            let (time, last) = (time.clone(), last.clone());
            runtime.spawn(Lane { pool, general, time, last }.run(waiting));
        }
        Self { hot, general, sealing }
    }

    /// Has a commit written.
    pub(super) async fn commit(&self, commit: Commit) -> Outcome {
        if shape::is_sealing(&commit) {
            return self.sealing.commit(commit).await;
        }
        if !shape::is_hot(&commit) {
            return self.general.commit(commit).await;
        }
        let (answer, outcome) = oneshot::channel();
        self.send(Job::Commit(commit, answer))?;
        // No answer: the writer panicked with the commit in its hands.
        outcome.await.unwrap_or(Err(CommitError::Unknown))
    }

    /// Has commits written together; a writer has them when this returns.
    pub(super) fn commit_all(&self, commits: Vec<Commit>) -> impl Future<Output = Vec<Outcome>> + use<> {
        let count = commits.len();
        let (answer, outcomes) = oneshot::channel();
        let hot = commits.iter().all(shape::is_hot);
        let job = Job::Commits(commits, answer);
        let sent = if hot { self.send(job) } else { self.general.send(job) };
        async move {
            match sent {
                Ok(()) => outcomes.await.unwrap_or_else(|_| vec![Err(CommitError::Unknown); count]),
                Err(refused) => vec![Err(refused); count],
            }
        }
    }

    fn send(&self, job: Job) -> Result<(), CommitError> {
        self.hot.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => CommitError::Busy,
            TrySendError::Closed(_) => CommitError::Unavailable,
        })
    }
}

/// One writer.
struct Lane {
    pool: Arc<Pool>,
    general: Arc<Committer>,
    time: Time,
    last: Last,
}

impl Lane {
    async fn run(self, waiting: Arc<Mutex<Receiver<Job>>>) {
        let mut jobs = Vec::with_capacity(BATCH);
        // Whatever queued while the last batches were written is the next.
        while waiting.lock().await.recv_many(&mut jobs, BATCH).await > 0 {
            let (mut commits, mut answers) = (Vec::with_capacity(jobs.len()), Vec::with_capacity(jobs.len()));
            for job in jobs.drain(..) {
                match job {
                    Job::Commit(commit, answer) => {
                        commits.push(commit);
                        answers.push(answer);
                    }
                    Job::Commits(together, answer) => drop(answer.send(self.together(together).await)),
                }
            }
            self.singly(commits, answers).await;
        }
    }

    /// Commits of many requests. What cannot be written here goes through the general lane.
    async fn singly(&self, commits: Vec<Commit>, answers: Vec<oneshot::Sender<Outcome>>) {
        let outcomes = self.written(&commits).await;
        for ((commit, answer), outcome) in commits.into_iter().zip(answers).zip(outcomes) {
            match outcome {
                // Whoever does not wait any more does not miss it.
                Some(outcome) => drop(answer.send(outcome)),
                None => self.general.accept(commit, answer),
            }
        }
    }

    /// Commits that came together.
    async fn together(&self, commits: Vec<Commit>) -> Vec<Outcome> {
        let written = self.written(&commits).await;
        let left = commits.into_iter().zip(&written).filter(|(_, outcome)| outcome.is_none());
        let left: Vec<Commit> = left.map(|(commit, _)| commit).collect();
        let mut others = match left.is_empty() {
            true => Vec::new(),
            false => self.general.commit_all(left).await,
        }
        .into_iter();
        let mut outcome = |outcome: Option<Outcome>| outcome.or_else(|| others.next());
        written.into_iter().map(|o| outcome(o).unwrap_or(Err(CommitError::Unknown))).collect()
    }

    /// The outcomes; `None`: it is to be judged after the others, or one by one.
    async fn written(&self, commits: &[Commit]) -> Vec<Option<Outcome>> {
        let all = |outcome: Option<Outcome>| vec![outcome; commits.len()];
        if commits.is_empty() {
            return Vec::new();
        }
        // No connection: perhaps the general lane has one.
        let Ok(session) = self.pool.lend().await else { return all(None) };
        for tried in 1..=TRIES {
            match batch::write(&session, commits, &self.time, &self.last).await {
                Ok(outcomes) => return outcomes,
                // Of two that cannot see each other's new row one is late: it sees it now.
                Err(Failed::Raced(error) | Failed::Row(error)) if tried < TRIES => {
                    tracing::debug!(%error, tried, "a batch is tried again");
                    tokio::time::sleep(std::time::Duration::from_millis(2) * tried).await;
                }
                Err(Failed::Raced(error) | Failed::Row(error)) => {
                    tracing::warn!(%error, commits = commits.len(), "a batch is written one by one");
                    return all(None);
                }
                Err(Failed::Taken(_)) => return all(None),
                Err(failed @ (Failed::Store(_) | Failed::Unknown(_))) => {
                    tracing::error!(error = %failed, commits = commits.len(), "a transaction failed");
                    return all(Some(Err(failed.answer())));
                }
            }
        }
        all(None)
    }
}
