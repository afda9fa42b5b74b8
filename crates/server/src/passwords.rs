//! Slow hashing and guessing on threads of their own: a fixed number of workers, a bounded queue before them.
//!
//! The memory that hashing takes is bounded by the number of workers, whatever arrives. A job keeps its place in the
//! queue when whoever asked is gone: closing connections early does not let anybody queue more than others.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use authms_core::password::{Estimate, estimate};
use authms_core::ports::{Fut, Overloaded, Passwords, Verdict};
use authms_core::user::PasswordHash;
use authms_crypto::{Argon2Params, Hasher, Peppers, Secret, SecretString, VerifyOutcome};
use tokio::sync::oneshot;

/// After so long without work a worker gives its memory back.
const IDLE: Duration = Duration::from_secs(30);

/// How passwords are hashed.
#[derive(Clone)]
pub struct Hashing {
    /// The cost of a new hash.
    pub params: Argon2Params,
    /// The keys that passwords go through first.
    pub peppers: Peppers,
}

impl Hashing {
    fn hasher(&self) -> Hasher {
        Hasher::new(self.params, self.peppers.clone())
    }
}

/// The [`Passwords`] port. Dropped, its workers end after the job that they are at.
pub struct PasswordWorkers(Arc<Queue>);

impl PasswordWorkers {
    /// Starts `workers` threads that hash so; at most `queue` jobs wait for them.
    ///
    /// # Errors
    /// When a thread cannot be started.
    ///
    /// # Panics
    /// If the cost is out of range; the configuration allows none that is.
    pub fn start(hashing: Hashing, workers: usize, queue: usize) -> io::Result<Self> {
        let pool = Self::without_workers(hashing, queue);
        (0..workers).try_for_each(|_| pool.add_worker())?;
        Ok(pool)
    }

    fn without_workers(hashing: Hashing, capacity: usize) -> Self {
        let dummy = hashing.hasher().dummy_phc();
        Self(Arc::new(Queue { hashing, dummy, capacity, state: Mutex::default(), changed: Condvar::new() }))
    }

    fn add_worker(&self) -> io::Result<()> {
        let queue = Arc::clone(&self.0);
        Builder::new().name("authms-hash".to_owned()).spawn(move || queue.work()).map(drop)
    }
}

impl Drop for PasswordWorkers {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

impl Passwords for PasswordWorkers {
    fn hash(&self, password: SecretString) -> Fut<'_, Result<PasswordHash, Overloaded>> {
        self.0.ask(|answer| Job::Hash { password, answer })
    }

    fn estimate(&self, password: SecretString, words: Vec<String>) -> Fut<'_, Result<Estimate, Overloaded>> {
        self.0.ask(|answer| Job::Estimate { password, words, answer })
    }

    fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Fut<'_, Result<Verdict, Overloaded>> {
        self.0.ask(|answer| Job::Verify { password, hash, answer })
    }

    fn stretch(&self, secret: Secret<32>, salt: [u8; 16]) -> Fut<'_, Result<[u8; 32], Overloaded>> {
        self.0.ask(|answer| Job::Stretch { secret, salt, answer })
    }
}

/// What a worker is to do, and where the result goes.
enum Job {
    Hash { password: SecretString, answer: oneshot::Sender<PasswordHash> },
    Estimate { password: SecretString, words: Vec<String>, answer: oneshot::Sender<Estimate> },
    Verify { password: SecretString, hash: Option<PasswordHash>, answer: oneshot::Sender<Verdict> },
    Stretch { secret: Secret<32>, salt: [u8; 16], answer: oneshot::Sender<[u8; 32]> },
}

struct Queue {
    hashing: Hashing,
    /// What a password is compared with where there is no hash.
    dummy: String,
    capacity: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
}

enum Next {
    Job(Job),
    Idle,
    Closed,
}

impl Queue {
    /// Queues a job at once; the future only waits for its result.
    fn ask<T: Send + 'static>(
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
        let mut state = self.lock();
        if state.waiting.len() >= self.capacity {
            return Err(Overloaded);
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// A worker's life.
    fn work(&self) {
        let mut hasher = self.hashing.hasher();
        loop {
            match self.next() {
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

    fn next(&self) -> Next {
        let nothing = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), IDLE, nothing);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match state.waiting.pop_front() {
            _ if state.closed => Next::Closed,
            Some(job) => Next::Job(job),
            None => Next::Idle,
        }
    }

    fn carry_out(&self, job: Job, hasher: &mut Hasher) {
        match job {
            // Abandoned before its turn came: it has kept its place, but nobody needs the result. Whoever is gone by
            // the time of sending does not miss it either.
            Job::Hash { answer, .. } if answer.is_closed() => {}
            Job::Estimate { answer, .. } if answer.is_closed() => {}
            Job::Verify { answer, .. } if answer.is_closed() => {}
            Job::Stretch { answer, .. } if answer.is_closed() => {}
            Job::Hash { password, answer } => {
                let mut salt = [0; 16];
                authms_crypto::fill_random(&mut salt);
                let phc = hasher.hash(password.expose().as_bytes(), &salt);
                let _ = answer.send(PasswordHash::new(phc));
            }
            Job::Estimate { password, words, answer } => {
                let _ = answer.send(estimate(password.expose(), &words));
            }
            Job::Verify { password, hash, answer } => {
                let _ = answer.send(self.compare(&password, hash.as_ref(), hasher));
            }
            Job::Stretch { secret, salt, answer } => {
                let _ = answer.send(hasher.stretch(secret.expose(), &salt));
            }
        }
    }

    /// Takes the time of one hashing, whatever there is to compare with.
    fn compare(&self, password: &SecretString, hash: Option<&PasswordHash>, hasher: &mut Hasher) -> Verdict {
        let password = password.expose().as_bytes();
        match hash.map(|hash| hasher.verify(password, hash.expose())) {
            Some(VerifyOutcome::Match { needs_rehash }) => return Verdict::Match { needs_rehash },
            Some(VerifyOutcome::Mismatch) => return Verdict::Mismatch,
            Some(VerifyOutcome::Unreadable) => tracing::error!("a stored password hash cannot be read"),
            None => {}
        }
        hasher.verify(password, &self.dummy);
        Verdict::Mismatch
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: Verdict = Verdict::Match { needs_rehash: false };

    fn cheap() -> Hashing {
        let params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
        Hashing { params, peppers: Peppers::default() }
    }

    fn secret(text: &str) -> SecretString {
        SecretString::new(text.to_owned())
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let pool = PasswordWorkers::start(cheap(), 2, 8).expect("started");
        wait(async {
            let hash = pool.hash(secret("correct horse")).await.expect("hashed");
            assert_eq!(pool.verify(secret("correct horse"), Some(hash.clone())).await, Ok(RIGHT));
            assert_eq!(pool.verify(secret("wrong horse"), Some(hash.clone())).await, Ok(Verdict::Mismatch));
            assert_eq!(pool.verify(secret("correct horse"), None).await, Ok(Verdict::Mismatch));
            let broken = PasswordHash::new("no hash".to_owned());
            assert_eq!(pool.verify(secret("correct horse"), Some(broken)).await, Ok(Verdict::Mismatch));
            let again = pool.hash(secret("correct horse")).await.expect("hashed");
            assert_ne!(hash.expose(), again.expose(), "each hash has a salt of its own");
        });
    }

    #[test]
    fn p30_abandoned_requests_keep_their_place() {
        let pool = PasswordWorkers::without_workers(cheap(), 3);
        for _ in 0..3 {
            // The request goes away as soon as it is queued.
            drop(pool.hash(secret("a password nobody waits for")));
        }
        for _ in 0..2 {
            assert_eq!(wait(pool.verify(secret("anything"), None)), Err(Overloaded));
            assert_eq!(wait(pool.hash(secret("anything"))).map(drop), Err(Overloaded));
        }
        assert_eq!(pool.0.lock().waiting.len(), 3);

        pool.add_worker().expect("started");
        while !pool.0.lock().waiting.is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(wait(pool.verify(secret("anything"), None)), Ok(Verdict::Mismatch));
    }

    #[test]
    fn what_is_stretched_is_the_same_at_any_cost_of_passwords() {
        let dear = Hashing { params: Argon2Params { memory_kib: 128, ..cheap().params }, ..cheap() };
        let kept = |hashing, salt| {
            let pool = PasswordWorkers::start(hashing, 1, 8).expect("started");
            wait(pool.stretch(Secret::new([7; 32]), [salt; 16])).expect("stretched")
        };
        assert_eq!(kept(cheap(), 1), kept(dear, 1));
        assert_ne!(kept(cheap(), 1), kept(cheap(), 2));
    }

    #[test]
    fn workers_end_with_the_pool() {
        let pool = PasswordWorkers::start(cheap(), 2, 8).expect("started");
        let queue = Arc::downgrade(&pool.0);
        drop(pool);
        while queue.upgrade().is_some() {
            std::thread::yield_now();
        }
    }
}
