//! The keys at rest as one value, and what rotation does to it. Each algorithm that was ever asked for has a key that is
//! next, one that signs once the first was published for long enough, and those that have signed.

use super::model::{Algorithm, KeyState, StoredKey};
use crate::parts::{Parts, Policy};
use crate::time::{Span, Timestamp};
use authms_crypto::SigningKey;

/// How long a reasonable client caches a key set.
const CACHED: Span = Span::hours(24);
/// For answers on their way and for clocks that differ.
const SLACK: Span = Span::seconds(600);

/// How long a key is published before it signs: as long as a reasonable client caches the set, which it may have had
/// from a shared cache that kept it for `max-age`; and ten minutes at the least, so that nothing hangs on a second.
pub fn published_for(policy: &Policy) -> Span {
    CACHED.and(SLACK.max(policy.jwks_max_age))
}

/// The keys, at one moment.
pub(super) struct KeySet<'a> {
    pub keys: Vec<StoredKey>,
    pub now: Timestamp,
    pub parts: &'a Parts,
}

impl<'a> KeySet<'a> {
    pub(super) fn new(keys: Vec<StoredKey>, now: Timestamp, parts: &'a Parts) -> Self {
        Self { keys, now, parts }
    }

    /// The key that signs.
    pub(super) fn active(&self, algorithm: Algorithm) -> Option<&StoredKey> {
        self.keys.iter().find(|k| k.algorithm == algorithm && k.state == KeyState::Active)
    }

    /// The key that will sign.
    pub(super) fn next(&self, algorithm: Algorithm) -> Option<&StoredKey> {
        self.keys.iter().find(|k| k.algorithm == algorithm && matches!(k.state, KeyState::Next { .. }))
    }

    /// Makes and publishes the next key of an algorithm.
    pub(super) fn publish(&mut self, algorithm: Algorithm, from: Option<Timestamp>) {
        self.add(algorithm, KeyState::Next { from });
    }

    /// Makes a key.
    pub(super) fn add(&mut self, algorithm: Algorithm, state: KeyState) {
        self.keys.push(self.parts.keys.seal(&SigningKey::generate(algorithm), state, self.now));
    }

    /// When the next key will have been published for long enough; now, if it is.
    pub(super) fn ready_at(&self, next: &StoredKey) -> Timestamp {
        next.published_at.plus(published_for(&self.parts.policy)).max(self.now)
    }

    /// Has the next key sign from a moment on, by itself.
    pub(super) fn schedule(&mut self, algorithm: Algorithm, from: Timestamp) {
        for key in self.of(algorithm) {
            if let KeyState::Next { .. } = key.state {
                key.state = KeyState::Next { from: Some(from) };
            }
        }
    }

    /// Has the next key sign from now on. The former stays published until its last token has expired.
    pub(super) fn switch(&mut self, algorithm: Algorithm) {
        let policy = &self.parts.policy;
        let leeway = Span::seconds(i64::try_from(policy.leeway).unwrap_or(0) + 60);
        let (now, until) = (self.now, self.now.plus(policy.access_ttl).plus(leeway));
        for key in self.of(algorithm) {
            key.state = match key.state {
                KeyState::Active => KeyState::Retired { until },
                KeyState::Next { .. } => KeyState::Active,
                KeyState::Retired { .. } => continue,
            };
            key.since = now;
        }
        self.publish(algorithm, None);
    }

    /// Why the next key of an algorithm is to sign now, if it is: its time was set, or the one that signs has become
    /// old.
    pub(super) fn due(&self, algorithm: Algorithm) -> Option<&'static str> {
        let next = self.next(algorithm)?;
        if matches!(next.state, KeyState::Next { from: Some(from) } if from <= self.now) {
            return Some("scheduled");
        }
        let old = self.active(algorithm)?.since.plus(self.parts.policy.rotate_keys_after?) <= self.now;
        (old && self.ready_at(next) <= self.now).then_some("age")
    }

    /// Takes out the keys whose last token has expired.
    pub(super) fn take_expired(&mut self) -> Vec<StoredKey> {
        let now = self.now;
        let expired = |k: &mut StoredKey| matches!(k.state, KeyState::Retired { until } if until <= now);
        self.keys.extract_if(.., expired).collect()
    }

    fn of(&mut self, algorithm: Algorithm) -> impl Iterator<Item = &mut StoredKey> {
        self.keys.iter_mut().filter(move |k| k.algorithm == algorithm)
    }
}
