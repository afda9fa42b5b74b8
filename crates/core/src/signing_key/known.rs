//! Tokens that were found good a moment ago, so that a signature is verified once and not at each request.
//!
//! What is kept says that a token was signed by a key of one ring, and what it says: never that its session lives, and
//! its expiry is compared each time. It belongs to that ring and goes with it, so that no retired key outlives itself
//! here. Of the token only the hash is kept, which opens nothing.

use crate::signin::Issued;
use authms_crypto::{Passed, sha256};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So that requests at once seldom wait for each other.
const SHARDS: usize = 16;

/// Tokens in the younger half of a shard. All together are at most 16 × 2 × 512 of some 150 bytes: 2.5 MB.
const HALF: usize = 512;

/// The SHA-256 of a whole token: a token with one bit changed, its signature's included, is another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(token: &str) -> Self {
        Self(sha256(token.as_bytes()))
    }

    fn shard(self) -> usize {
        usize::from(self.0[0]) % SHARDS
    }
}

/// The access tokens that one ring has verified. Only what passes gets in, so that strangers cannot fill it.
#[derive(Default)]
pub(crate) struct Known([Mutex<Shard>; SHARDS]);

/// When the younger half is full it becomes the older one, and what nobody asked for since is forgotten.
#[derive(Default)]
struct Shard {
    young: HashMap<Fingerprint, Passed<Issued>>,
    old: HashMap<Fingerprint, Passed<Issued>>,
}

impl Known {
    pub(crate) fn get(&self, token: Fingerprint) -> Option<Passed<Issued>> {
        let mut shard = self.lock(token);
        if let Some(found) = shard.young.get(&token) {
            return Some(*found);
        }
        let found = shard.old.remove(&token)?;
        shard.insert(token, found);
        Some(found)
    }

    pub(crate) fn insert(&self, token: Fingerprint, passed: Passed<Issued>) {
        self.lock(token).insert(token, passed);
    }

    fn lock(&self, token: Fingerprint) -> MutexGuard<'_, Shard> {
        self.0[token.shard()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn insert(&mut self, token: Fingerprint, passed: Passed<Issued>) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token, passed);
    }
}

#[cfg(test)]
mod tests;
