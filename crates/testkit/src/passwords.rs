//! Real argon2id with parameters that cost nothing.

use authms_core::password::{Estimate, estimate};
use authms_core::ports::{Fut, Overloaded, Passwords, Verdict};
use authms_core::user::PasswordHash;
use authms_crypto::{Argon2Params, Hasher, MasterKey, Peppers, Secret, SecretString, VerifyOutcome};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// The parameters in force at first.
const CHEAP: Argon2Params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };

/// The master key of every test application.
pub(crate) const MASTER: &str = "ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01ab01";

/// Hashes at once, on the calling thread.
pub struct TestPasswords(Mutex<Hasher>);

impl Default for TestPasswords {
    fn default() -> Self {
        Self(Mutex::new(hasher(CHEAP)))
    }
}

impl Passwords for TestPasswords {
    fn hash(&self, password: SecretString) -> Fut<'_, Result<PasswordHash, Overloaded>> {
        Box::pin(async move {
            let mut salt = [0; 16];
            authms_crypto::fill_random(&mut salt);
            let mut hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(PasswordHash::new(hasher.hash(password.expose().as_bytes(), &salt)))
        })
    }

    fn estimate(&self, password: SecretString, words: Vec<String>) -> Fut<'_, Result<Estimate, Overloaded>> {
        Box::pin(async move { Ok(estimate(password.expose(), &words)) })
    }

    fn stretch(&self, secret: Secret<32>, salt: [u8; 16]) -> Fut<'_, Result<[u8; 32], Overloaded>> {
        Box::pin(async move {
            let mut hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(hasher.stretch(secret.expose(), &salt))
        })
    }

    fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Fut<'_, Result<Verdict, Overloaded>> {
        Box::pin(async move {
            let mut hasher = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known = hash.is_some();
            let phc = hash.map_or_else(|| hasher.dummy_phc(), |h| h.expose().to_owned());
            let outcome = hasher.verify(password.expose().as_bytes(), &phc);
            Ok(match outcome {
                VerifyOutcome::Match { needs_rehash } if known => Verdict::Match { needs_rehash },
                _ => Verdict::Mismatch,
            })
        })
    }
}

/// A hasher with a pepper, as every installation has one.
fn hasher(params: Argon2Params) -> Hasher {
    Hasher::new(params, Peppers::derived(&MasterKey::parse(MASTER).expect("a master key")))
}

/// Counts what is hashed and verified, and can hold a verdict back.
#[derive(Default)]
pub struct CountingPasswords {
    inner: TestPasswords,
    hashed: AtomicUsize,
    verified: AtomicUsize,
    stretched: AtomicUsize,
    held: Mutex<Option<oneshot::Receiver<()>>>,
}

impl CountingPasswords {
    /// How many passwords were hashed so far.
    pub fn hashed(&self) -> usize {
        self.hashed.load(Ordering::SeqCst)
    }

    /// How many passwords were compared so far, with whatever outcome.
    pub fn verified(&self) -> usize {
        self.verified.load(Ordering::SeqCst)
    }

    /// How many short secrets were stretched so far.
    pub fn stretched(&self) -> usize {
        self.stretched.load(Ordering::SeqCst)
    }

    /// The operator asks for one pass more from now on.
    pub fn strengthen(&self) {
        let stronger = Argon2Params { iterations: CHEAP.iterations + 1, ..CHEAP };
        *self.inner.0.lock().unwrap_or_else(PoisonError::into_inner) = hasher(stronger);
    }

    /// Keeps the verdict of the next comparison back until the answer is used or dropped.
    pub fn hold_next(&self) -> oneshot::Sender<()> {
        let (release, held) = oneshot::channel();
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        release
    }
}

impl Passwords for CountingPasswords {
    fn hash(&self, password: SecretString) -> Fut<'_, Result<PasswordHash, Overloaded>> {
        self.hashed.fetch_add(1, Ordering::SeqCst);
        self.inner.hash(password)
    }

    fn estimate(&self, password: SecretString, words: Vec<String>) -> Fut<'_, Result<Estimate, Overloaded>> {
        self.inner.estimate(password, words)
    }

    fn stretch(&self, secret: Secret<32>, salt: [u8; 16]) -> Fut<'_, Result<[u8; 32], Overloaded>> {
        self.stretched.fetch_add(1, Ordering::SeqCst);
        self.inner.stretch(secret, salt)
    }

    fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Fut<'_, Result<Verdict, Overloaded>> {
        self.verified.fetch_add(1, Ordering::SeqCst);
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async move {
            let verdict = self.inner.verify(password, hash).await;
            if let Some(held) = held {
                let _ = held.await;
            }
            verdict
        })
    }
}
