//! Slow hashing and guessing on threads of their own: a fixed number of workers, a bounded queue before them.
//!
//! The memory that hashing takes is bounded by the number of workers, whatever arrives. A job keeps its place in the
//! queue when whoever asked is gone: closing connections early does not let anybody queue more than others.

mod job;
mod pace;
mod queue;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use authms_core::password::Estimate;
use authms_core::ports::{Fut, Overloaded, Passwords, Verdict};
use authms_core::user::PasswordHash;
use authms_crypto::{Argon2Params, Hasher, Peppers, Secret, SecretString};
use job::Job;
use queue::Queue;

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

/// How much hashing is let in.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// Threads that hash.
    pub workers: usize,
    /// Jobs that may wait for them.
    pub queue: usize,
    /// How long a sign-in may have to wait: what would take longer is refused at once.
    pub max_wait: Duration,
}

/// The [`Passwords`] port. Dropped, its workers end after the job that they are at.
pub struct PasswordWorkers(Arc<Queue>);

impl PasswordWorkers {
    /// Starts the workers.
    ///
    /// # Errors
    /// When a thread cannot be started.
    ///
    /// # Panics
    /// If the cost is out of range; the configuration allows none that is.
    pub fn start(hashing: Hashing, admission: Admission) -> io::Result<Self> {
        let pool = Self::without_workers(hashing, admission);
        (0..admission.workers).try_for_each(|_| pool.add_worker())?;
        Ok(pool)
    }

    fn without_workers(hashing: Hashing, admission: Admission) -> Self {
        Self(Arc::new(Queue::new(hashing, admission)))
    }

    fn add_worker(&self) -> io::Result<()> {
        let queue = Arc::clone(&self.0);
        Builder::new().name("authms-hash".to_owned()).spawn(move || queue.work()).map(drop)
    }
}

impl Drop for PasswordWorkers {
    fn drop(&mut self) {
        self.0.close();
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
