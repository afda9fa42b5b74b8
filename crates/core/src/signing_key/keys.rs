//! The keys of the running process.

use super::known::Known;
use super::model::{Algorithm, KeyState, StoredKey};
use crate::fault::Fault;
use crate::ports::Store;
use crate::time::Timestamp;
use authms_crypto::{Keyring, MasterKey, Secret, SigningKey};
use std::sync::{Arc, PoisonError, RwLock};

/// A stored key does not open under this master key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnsealError {
    /// It was sealed under another master key, or damaged.
    #[error("a signing key in the store does not open under this master key")]
    Unreadable,
    /// No key of the algorithm that signs unless a tenant asks for another is active.
    #[error("the store has no active signing key")]
    NoActiveKey,
    /// The store could not be read.
    #[error(transparent)]
    Fault(#[from] Fault),
}

struct Loaded {
    generation: Generation,
    rev: u64,
}

/// One state of the keys, and what these keys have verified.
#[derive(Clone)]
pub(crate) struct Generation {
    pub(crate) ring: Arc<Keyring>,
    pub(crate) known: Arc<Known>,
}

/// The unsealed keys, as of the last [`load`](Self::load).
pub struct Keys {
    sealing: Secret<32>,
    loaded: RwLock<Option<Loaded>>,
}

impl Keys {
    /// No keys yet; they are sealed under `master`.
    pub fn new(master: &MasterKey) -> Self {
        Self { sealing: master.derive("signing key sealing"), loaded: RwLock::new(None) }
    }

    /// Reads the keys again if they have changed.
    ///
    /// # Errors
    /// [`UnsealError`]; the former keys stay in use.
    pub async fn load(&self, store: &dyn Store, now: Timestamp) -> Result<(), UnsealError> {
        let (stored, rev) = store.signing_keys().await.map_err(Fault::from)?;
        if self.rev() == Some(rev) {
            return Ok(());
        }
        let generation = Generation { ring: Arc::new(self.unseal(&stored, now)?), known: Arc::default() };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(Loaded { generation, rev });
        Ok(())
    }

    /// The key ring.
    ///
    /// # Panics
    /// Before the first successful [`load`](Self::load): the wiring does that before it serves.
    pub fn ring(&self) -> Arc<Keyring> {
        self.generation().ring
    }

    /// The ring with what it has verified: whoever takes both at once never mixes two generations.
    pub(crate) fn generation(&self) -> Generation {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().expect("the keys are loaded before anything is served").generation.clone()
    }

    /// Seals a new key for the store.
    pub fn seal(&self, key: &SigningKey, state: KeyState, now: Timestamp) -> StoredKey {
        StoredKey {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            sealed: authms_crypto::seal(&self.sealing, key.kid().as_bytes(), &key.pkcs8()),
            state,
            published_at: now,
            since: now,
        }
    }

    fn rev(&self) -> Option<u64> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|l| l.rev)
    }

    fn unseal(&self, stored: &[StoredKey], now: Timestamp) -> Result<Keyring, UnsealError> {
        let (mut active, mut more, mut others) = (None, Vec::new(), Vec::new());
        for row in stored {
            let pkcs8 = authms_crypto::open(&self.sealing, row.kid.as_bytes(), &row.sealed)
                .map_err(|_| UnsealError::Unreadable)?;
            let key = SigningKey::from_pkcs8(row.algorithm, &pkcs8).map_err(|_| UnsealError::Unreadable)?;
            match row.state {
                KeyState::Active if row.algorithm == Algorithm::Es256 => active = Some(key),
                KeyState::Active => more.push(key),
                KeyState::Retired { until } if until <= now => {}
                KeyState::Next { .. } | KeyState::Retired { .. } => others.push(key),
            }
        }
        Ok(Keyring::with_signers(active.ok_or(UnsealError::NoActiveKey)?, more, others))
    }
}
