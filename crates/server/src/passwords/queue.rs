//! The queue before the workers, and their life.

use super::job::Job;
use super::pace::{Load, Pace};
use super::{Admission, Hashing};
use authms_core::ports::{Fut, Overloaded};
use authms_crypto::Hasher;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// After so long without work a worker gives its memory back.
const IDLE: Duration = Duration::from_secs(30);

pub(super) struct Queue {
    hashing: Hashing,
    /// What a password is compared with where there is no hash.
    dummy: String,
    admission: Admission,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    waiting: VecDeque<Job>,
    idle: usize,
    pace: Pace,
    closed: bool,
}

enum Next {
    Job(Job),
    Idle,
    Closed,
}

impl Queue {
    pub(super) fn new(hashing: Hashing, admission: Admission) -> Self {
        let dummy = hashing.hasher().dummy_phc();
        let state =
            State { waiting: VecDeque::new(), idle: 0, pace: Pace::new(Instant::now()), closed: false };
        Self { hashing, dummy, admission, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Queues a job at once; the future only waits for its result.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(oneshot::Sender<T>) -> Job,
    ) -> Fut<'static, Result<T, Overloaded>> {
        let (answer, result) = oneshot::channel();
        let queued = self.push(job(answer));
        Box::pin(async move {
            queued?;
            // The worker failed at it.
            result.await.map_err(|_| Overloaded)
        })
    }

    fn push(&self, job: Job) -> Result<(), Overloaded> {
        let Admission { workers, queue, max_wait } = self.admission;
        let mut state = self.lock();
        let load = Load { waiting: state.waiting.len(), workers, idle: state.idle };
        let too_much = state.pace.is_too_much(load, max_wait, Instant::now());
        if load.waiting >= queue || (too_much && !job.may_wait()) {
            return Err(Overloaded);
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Has the workers end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// A worker's life.
    pub(super) fn work(&self) {
        let mut hasher = self.hashing.hasher();
        loop {
            match self.next() {
                // Abandoned before its turn came: it has kept its place, but nobody needs the result.
                Next::Job(job) if job.is_abandoned() => {}
                Next::Job(job) => {
                    if catch_unwind(AssertUnwindSafe(|| self.carry_out(job, &mut hasher))).is_err() {
                        hasher = self.hashing.hasher();
                    }
                }
                Next::Idle => hasher = self.hashing.hasher(),
                Next::Closed => return,
            }
        }
    }

    fn carry_out(&self, job: Job, hasher: &mut Hasher) {
        let (slow, begun) = (job.is_slow(), Instant::now());
        job.carry_out(hasher, &self.dummy);
        if slow {
            self.lock().pace.took(begun.elapsed());
        }
    }

    fn next(&self) -> Next {
        let nothing = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let mut state = self.lock();
        state.idle += 1;
        let waited = self.changed.wait_timeout_while(state, IDLE, nothing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        match state.waiting.pop_front() {
            _ if state.closed => Next::Closed,
            Some(job) => Next::Job(job),
            None => Next::Idle,
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
