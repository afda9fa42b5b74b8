//! Rotation: a key is published long before it signs, and stays published until its last token has expired, so that
//! nobody who caches the key set ever meets a signature that they cannot verify.

use super::model::{Change, KeyState, StoredKey};
use crate::audit::{Event, EventName};
use crate::commit::{Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::time::{Span, Timestamp};
use authms_crypto::{Algorithm, SigningKey};

/// How long a key is published before it signs: as long as a reasonable client caches a key set.
pub const MIN_PUBLISHED: Span = Span::hours(24);

/// What a rotation did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rotated {
    /// This key signs from now on.
    Done {
        /// The key that signs now.
        kid: String,
    },
    /// This key is not published for long enough yet; it signs from `from` on, by itself.
    Scheduled {
        /// The key that will sign.
        kid: String,
        /// When.
        from: Timestamp,
    },
}

/// The keys of a new installation: one that signs and the next one.
pub fn generate(parts: &Parts, now: Timestamp) -> Vec<StoredKey> {
    vec![fresh(parts, KeyState::Active, now), fresh(parts, KeyState::Next { from: None }, now)]
}

/// Moves signing to the next key: at once if that is published for [`MIN_PUBLISHED`] or `immediately` (for a key that
/// has leaked), else as soon as it is.
///
/// # Errors
/// [`Fault::Changed`] if another process rotated at the same moment.
pub async fn rotate(parts: &Parts, immediately: bool) -> Result<Rotated, Fault> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await?;
    let due = keys.iter().find(|k| matches!(k.state, KeyState::Next { .. })).map(|k| {
        (k.kid.clone(), if immediately { now } else { k.published_at.plus(MIN_PUBLISHED).max(now) })
    });
    let Some((kid, from)) = due else { return Err(Fault::Changed) };
    if from <= now {
        replace(parts, switched(parts, keys, now), rev, now, &kid).await?;
        return Ok(Rotated::Done { kid });
    }
    let scheduled = keys
        .into_iter()
        .map(|mut k| {
            if k.kid == kid {
                k.state = KeyState::Next { from: Some(from) };
            }
            k
        })
        .collect();
    replace(parts, scheduled, rev, now, &kid).await?;
    Ok(Rotated::Scheduled { kid, from })
}

/// Does what has become due: a scheduled switch, and forgetting keys whose last token has expired. Called every few
/// seconds by every process that serves; also reloads the keys if anybody changed them.
///
/// # Errors
/// [`Fault`] of the store; a rotation by another process at the same moment is no error.
pub async fn maintain(parts: &Parts) -> Result<(), Fault> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await?;
    let next = keys.iter().find_map(|k| match k.state {
        KeyState::Next { from: Some(from) } if from <= now => Some(k.kid.clone()),
        _ => None,
    });
    let forgotten = keys.iter().any(|k| matches!(k.state, KeyState::Retired { until } if until <= now));
    let outcome = match next {
        Some(kid) => replace(parts, switched(parts, keys, now), rev, now, &kid).await,
        None if forgotten => {
            let active = active_kid(&keys);
            replace(parts, published(keys, now), rev, now, &active).await
        }
        None => Ok(()),
    };
    match outcome {
        Ok(()) | Err(Fault::Changed) => {}
        Err(fault) => return Err(fault),
    }
    parts.keys.load(&*parts.store, now).await.map_err(|_| Fault::Unavailable)
}

fn switched(parts: &Parts, keys: Vec<StoredKey>, now: Timestamp) -> Vec<StoredKey> {
    let leeway = Span::seconds(i64::try_from(parts.policy.leeway).unwrap_or(0) + 60);
    let last_token_expires = now.plus(parts.policy.access_ttl).plus(leeway);
    let mut keys = published(keys, now);
    for key in &mut keys {
        key.state = match key.state {
            KeyState::Active => KeyState::Retired { until: last_token_expires },
            KeyState::Next { .. } => KeyState::Active,
            retired @ KeyState::Retired { .. } => retired,
        };
    }
    keys.push(fresh(parts, KeyState::Next { from: None }, now));
    keys
}

fn published(keys: Vec<StoredKey>, now: Timestamp) -> Vec<StoredKey> {
    keys.into_iter().filter(|k| !matches!(k.state, KeyState::Retired { until } if until <= now)).collect()
}

fn fresh(parts: &Parts, state: KeyState, now: Timestamp) -> StoredKey {
    parts.keys.seal(&SigningKey::generate(Algorithm::Es256), state, now)
}

fn active_kid(keys: &[StoredKey]) -> String {
    keys.iter().find(|k| k.state == KeyState::Active).map(|k| k.kid.clone()).unwrap_or_default()
}

async fn replace(
    parts: &Parts,
    keys: Vec<StoredKey>,
    rev: u64,
    now: Timestamp,
    kid: &str,
) -> Result<(), Fault> {
    let event = Event::new(EventName::KeysRotated, None)
        .text("active", active_kid(&keys))
        .text("concerns", kid.to_owned())
        .number("published", i64::try_from(keys.len()).unwrap_or(i64::MAX));
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::Installation, rev })
        .change(crate::commit::Change::SigningKeys(Change::Replace(keys)));
    match parts.store.commit(commit).await {
        Ok(_) => parts.keys.load(&*parts.store, now).await.map_err(|_| Fault::Unavailable),
        Err(CommitError::Conflict(_)) => Err(Fault::Changed),
        Err(other) => Err(other.into()),
    }
}
