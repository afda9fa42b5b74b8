//! The one writer: a thread that owns its connection and writes whatever has queued up as one durable transaction.

use super::apply::apply;
use super::open::{self, Place};
use super::sweep;
use authms_core::commit::{Commit, CommitError, Committed, Lane};
use authms_core::ports::{Clock, Down, Read};
use authms_core::time::Timestamp;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Jobs taken from the queue at once: as many as make a transaction cheap, as few as keep it short.
const BATCH: usize = 512;

type Outcome = Result<Committed, CommitError>;
type Work = Box<dyn FnOnce(&mut Connection) + Send>;

enum Job {
    Commit(Commit, oneshot::Sender<Outcome>),
    /// Answers whether there is more to sweep.
    Sweep(oneshot::Sender<Read<bool>>),
    Work(Work),
}

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
    ) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(queue.max(1));
        let writer = Writer { conn: Some(conn), place, clock, last: Timestamp::default() };
        let thread = std::thread::Builder::new()
            .name("authms-writer".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has a commit written.
    pub(super) async fn commit(&self, commit: Commit) -> Outcome {
        let (answer, outcome) = oneshot::channel();
        self.send(Job::Commit(commit, answer))?;
        // The writer died with the commit in its hands.
        outcome.await.unwrap_or(Err(CommitError::Unknown))
    }

    /// Erases what is past its time, a little at a time.
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

struct Writer {
    /// `None` after a failure, until it can be opened again.
    conn: Option<Connection>,
    place: Place,
    clock: Arc<dyn Clock>,
    /// The latest time at which a commit was judged: what was refused as expired stays so, whatever the clock does.
    last: Timestamp,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut gathered = Gathered::default();
            for job in std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)) {
                match job {
                    Job::Commit(commit, answer) if commit.lane() == Lane::Gathered => {
                        gathered.push(commit, answer);
                    }
                    other => {
                        self.write(std::mem::take(&mut gathered));
                        self.alone(other);
                    }
                }
            }
            self.write(gathered);
        }
    }

    fn alone(&mut self, job: Job) {
        match job {
            Job::Commit(commit, answer) => {
                let mut one = Gathered::default();
                one.push(commit, answer);
                self.write(one);
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
        match catch_unwind(AssertUnwindSafe(|| apply(conn, commits, now))) {
            Ok(applied) => {
                self.last = applied.at;
                if !applied.healthy {
                    self.conn = None;
                }
                applied.outcomes
            }
            Err(_) => {
                tracing::error!(commits = commits.len(), "the writer panicked");
                self.conn = None;
                vec![Err(CommitError::Unknown); commits.len()]
            }
        }
    }

    fn sweep(&mut self) -> Read<bool> {
        let now = self.now();
        let conn = self.connection().ok_or(Down)?;
        let swept = conn.transaction().and_then(|tx| {
            let more = sweep::some(&tx, now)?;
            tx.commit()?;
            Ok(more)
        });
        swept.map_err(|error| {
            tracing::error!(%error, "the sweep failed");
            self.conn = None;
            Down
        })
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
