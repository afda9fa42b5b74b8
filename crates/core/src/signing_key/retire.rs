//! Looking at the keys, and taking one out of use for good.

use super::model::{Algorithm, KeyState, StoredKey};
use super::rotate::{gone, replace};
use super::set::{KeySet, published_for};
use crate::commit::Commit;
use crate::fault::Fault;
use crate::parts::Parts;

/// Why a key was not retired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RetireError {
    /// No key has this kid.
    #[error("no signing key has this kid")]
    Unknown,
    /// It is the one that signs: another one has to sign first.
    #[error("this is the key that signs by {0}")]
    Signs(Algorithm),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// All keys, oldest first. For the operator's command line alone.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn list(parts: &Parts) -> Result<Vec<StoredKey>, Fault> {
    Ok(parts.store.signing_keys().await?.0)
}

/// Takes a key that has leaked out of the set: at our endpoints nothing that it signed is good any more, elsewhere as
/// soon as caches of the set are over. A key that was to be the next one gets a successor.
///
/// # Errors
/// [`RetireError`]
pub async fn retire(parts: &Parts, kid: &str) -> Result<(), RetireError> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await.map_err(Fault::from)?;
    let mut set = KeySet::new(keys, now, parts);
    let at = set.keys.iter().position(|key| key.kid == kid).ok_or(RetireError::Unknown)?;
    if set.keys[at].state == KeyState::Active {
        return Err(RetireError::Signs(set.keys[at].algorithm));
    }
    let key = set.keys.remove(at);
    if let KeyState::Next { from } = key.state {
        set.publish(key.algorithm, from.map(|_| now.plus(published_for(&parts.policy))));
    }
    let event = gone(&key, "asked").by_console();
    Ok(replace(parts, Commit::new(event.into_row(now, &*parts.rng)), set, rev).await?)
}
