//! Real argon2id with parameters that cost nothing.

use authms_core::ports::{Fut, Overloaded, Passwords, Verdict};
use authms_core::user::PasswordHash;
use authms_crypto::{Argon2Params, Hasher, SecretString, VerifyOutcome};
use std::sync::{Mutex, PoisonError};

/// Hashes at once, on the calling thread.
pub struct TestPasswords(Mutex<Hasher>);

impl Default for TestPasswords {
    fn default() -> Self {
        Self(Mutex::new(Hasher::new(Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 })))
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
            let right = known && matches!(outcome, VerifyOutcome::Match { .. });
            Ok(if right { Verdict::Match } else { Verdict::Mismatch })
        })
    }
}
