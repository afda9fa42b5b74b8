//! Rotation: a key is published long before it signs, and stays published until its last token has expired, so that
//! nobody who caches the key set ever meets a signature that they cannot verify.

use super::model::{Algorithm, Change, KeyState, StoredKey};
use super::set::KeySet;
use crate::audit::{Event, EventName};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::time::Timestamp;

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
    let mut set = KeySet::new(Vec::new(), now, parts);
    set.add(Algorithm::Es256, KeyState::Active);
    set.publish(Algorithm::Es256, None);
    set.keys
}

/// Moves signing by `algorithm` to its next key: at once if that is published for
/// [long enough](super::published_for) or `immediately` (for a key that has leaked), else as soon as it is. An
/// algorithm without keys gets its first one.
///
/// # Errors
/// [`Fault::Changed`] if another process rotated at the same moment.
pub async fn rotate(parts: &Parts, algorithm: Algorithm, immediately: bool) -> Result<Rotated, Fault> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await?;
    let mut set = KeySet::new(keys, now, parts);
    if set.next(algorithm).is_none() {
        set.publish(algorithm, None);
    }
    let next = set.next(algorithm).ok_or(Fault::Changed)?;
    let (kid, from) = (next.kid.clone(), if immediately { now } else { set.ready_at(next) });
    let rotated = if from <= now {
        set.switch(algorithm);
        Rotated::Done { kid: kid.clone() }
    } else {
        set.schedule(algorithm, from);
        Rotated::Scheduled { kid: kid.clone(), from }
    };
    let event = told(&set, algorithm, "asked").text("concerns", kid).by_console();
    replace(parts, Commit::new(event.into_row(now, &*parts.rng)), set, rev).await?;
    Ok(rotated)
}

/// Does what has become due: a scheduled switch, one by age, and forgetting keys whose last token has expired. Called
/// every few seconds by every process that serves; also reloads the keys if anybody changed them.
///
/// # Errors
/// [`Fault`] of the store; a rotation by another process at the same moment is no error.
pub async fn maintain(parts: &Parts) -> Result<(), Fault> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await?;
    let mut set = KeySet::new(keys, now, parts);
    let mut events: Vec<Event> = set.take_expired().iter().map(|key| gone(key, "expired")).collect();
    for algorithm in Algorithm::ALL {
        if let Some(why) = set.due(algorithm) {
            set.switch(algorithm);
            events.push(told(&set, algorithm, why));
        }
    }
    let mut rows = events.into_iter().map(|event| event.into_row(now, &*parts.rng));
    let outcome = match rows.next() {
        Some(first) => replace(parts, rows.fold(Commit::new(first), Commit::audit), set, rev).await,
        None => Ok(()),
    };
    match outcome {
        Ok(()) | Err(Fault::Changed) => {}
        Err(fault) => return Err(fault),
    }
    parts.keys.load(&*parts.store, now).await.map_err(|_| Fault::Unavailable)
}

/// Adds to a commit the first key of an algorithm, unless there is one: it signs as soon as it was published for long
/// enough.
///
/// # Errors
/// [`Fault`] of the store.
pub(crate) async fn first_of(parts: &Parts, algorithm: Algorithm, commit: Commit) -> Result<Commit, Fault> {
    let now = parts.now();
    let (keys, rev) = parts.store.signing_keys().await?;
    let mut set = KeySet::new(keys, now, parts);
    if set.next(algorithm).is_some() {
        return Ok(commit);
    }
    set.publish(algorithm, Some(now.plus(super::published_for(&parts.policy))));
    let event = told(&set, algorithm, "needed");
    let row = event.into_row(now, &*parts.rng);
    Ok(commit
        .audit(row)
        .guard(Guard::Rev { row: Row::Installation, rev })
        .change(commit::Change::SigningKeys(Change::Replace(set.keys))))
}

fn told(set: &KeySet<'_>, algorithm: Algorithm, why: &'static str) -> Event {
    Event::new(EventName::KeysRotated, None)
        .text("algorithm", algorithm.as_str())
        .text_if("active", set.active(algorithm).map(|key| key.kid.clone()))
        .text_if("next", set.next(algorithm).map(|key| key.kid.clone()))
        .number("published", i64::try_from(set.keys.len()).unwrap_or(i64::MAX))
        .text("why", why)
}

/// What the audit log says of a key that is taken out.
pub(super) fn gone(key: &StoredKey, why: &'static str) -> Event {
    Event::new(EventName::KeysRetired, None)
        .text("concerns", key.kid.clone())
        .text("algorithm", key.algorithm.as_str())
        .text("state", key.state.as_str())
        .text("why", why)
}

/// Commits the set in the place of the one that was read, and takes it over.
pub(super) async fn replace(parts: &Parts, commit: Commit, set: KeySet<'_>, rev: u64) -> Result<(), Fault> {
    let now = set.now;
    let commit = commit
        .guard(Guard::Rev { row: Row::Installation, rev })
        .change(commit::Change::SigningKeys(Change::Replace(set.keys)));
    match parts.store.commit(commit).await {
        Ok(_) => parts.keys.load(&*parts.store, now).await.map_err(|_| Fault::Unavailable),
        Err(CommitError::Conflict(_)) => Err(Fault::Changed),
        Err(other) => Err(other.into()),
    }
}
