//! The way to the one writer: a bounded queue.

use super::open::Place;
use super::writer::{Job, Outcome, Work, Writer};
use authms_core::commit::{Commit, CommitError};
use authms_core::ports::{Clock, Down, Read};
use authms_core::retention::Retention;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The way to the writer. Dropped, it waits until what was accepted is written.
pub(super) struct Committer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the writer on this connection.
    pub(super) fn start(
        conn: Connection,
        place: Place,
        queue: usize,
        clock: Arc<dyn Clock>,
        keep: Retention,
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(queue.max(1));
        let writer = Writer::new(conn, place, clock, keep);
        let thread = std::thread::Builder::new()
            .name("authms-writer".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Nobody writes.
    pub(super) const fn none() -> Self {
        Self { jobs: None, thread: None }
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
            let all = match sent {
                Ok(()) => outcomes.await.map_err(|_| CommitError::Unknown),
                Err(error) => Err(error),
            };
            all.unwrap_or_else(|error| vec![Err(error); count])
        }
    }

    /// Sweeps, a step at a time.
    pub(super) async fn sweep(&self) -> Read<()> {
        loop {
            let (answer, outcome) = oneshot::channel();
            self.send(Job::Sweep(answer)).map_err(|_| Down)?;
            if !outcome.await.unwrap_or(Err(Down))? {
                return Ok(());
            }
        }
    }

    /// Has something done on the connection.
    pub(super) fn with_connection(&self, work: Work) {
        let _ = self.send(Job::Work(work));
    }

    fn send(&self, job: Job) -> Result<(), CommitError> {
        let jobs = self.jobs.as_ref().ok_or(CommitError::Unavailable)?;
        jobs.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => CommitError::Busy,
            TrySendError::Disconnected(_) => CommitError::Unavailable,
        })
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
