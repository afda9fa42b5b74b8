//! What workers do.

use authms_core::password::{Estimate, estimate};
use authms_core::ports::Verdict;
use authms_core::user::PasswordHash;
use authms_crypto::{Hasher, Secret, SecretString, VerifyOutcome};
use tokio::sync::oneshot;

/// What a worker is to do, and where the result goes.
pub(super) enum Job {
    Hash { password: SecretString, answer: oneshot::Sender<PasswordHash> },
    Estimate { password: SecretString, words: Vec<String>, answer: oneshot::Sender<Estimate> },
    Verify { password: SecretString, hash: Option<PasswordHash>, answer: oneshot::Sender<Verdict> },
    Stretch { secret: Secret<32>, salt: [u8; 16], answer: oneshot::Sender<[u8; 32]> },
}

impl Job {
    /// Whether nobody needs the result any more.
    pub(super) fn is_abandoned(&self) -> bool {
        match self {
            Self::Hash { answer, .. } => answer.is_closed(),
            Self::Estimate { answer, .. } => answer.is_closed(),
            Self::Verify { answer, .. } => answer.is_closed(),
            Self::Stretch { answer, .. } => answer.is_closed(),
        }
    }

    /// Whether it takes as long as hashing a password does.
    pub(super) fn is_slow(&self) -> bool {
        !matches!(self, Self::Estimate { .. })
    }

    /// Whether whoever asks has shown already who they are: only people who sign in are told to come back.
    pub(super) fn may_wait(&self) -> bool {
        matches!(self, Self::Hash { .. })
    }

    /// Does it; `dummy` is what a password is compared with where there is no hash. Whoever is gone by the time of
    /// sending does not miss the result.
    pub(super) fn carry_out(self, hasher: &mut Hasher, dummy: &str) {
        match self {
            Self::Hash { password, answer } => {
                let mut salt = [0; 16];
                authms_crypto::fill_random(&mut salt);
                let phc = hasher.hash(password.expose().as_bytes(), &salt);
                let _ = answer.send(PasswordHash::new(phc));
            }
            Self::Estimate { password, words, answer } => {
                let _ = answer.send(estimate(password.expose(), &words));
            }
            Self::Verify { password, hash, answer } => {
                let _ = answer.send(compare(&password, hash.as_ref(), hasher, dummy));
            }
            Self::Stretch { secret, salt, answer } => {
                let _ = answer.send(hasher.stretch(secret.expose(), &salt));
            }
        }
    }
}

/// Takes the time of one hashing, whatever there is to compare with.
fn compare(
    password: &SecretString,
    hash: Option<&PasswordHash>,
    hasher: &mut Hasher,
    dummy: &str,
) -> Verdict {
    let password = password.expose().as_bytes();
    match hash.map(|hash| hasher.verify(password, hash.expose())) {
        Some(VerifyOutcome::Match { needs_rehash }) => return Verdict::Match { needs_rehash },
        Some(VerifyOutcome::Mismatch) => return Verdict::Mismatch,
        Some(VerifyOutcome::Unreadable) => tracing::error!("a stored password hash cannot be read"),
        None => {}
    }
    hasher.verify(password, dummy);
    Verdict::Mismatch
}
