//! What a leaf commits to.

use authms_crypto::merkle::{self, Hash};
use authms_crypto::sha256;

/// Bytes of a salt: nobody finds out by trying what an erased row said.
pub const SALT: usize = 16;

/// What a leaf commits to: a row's canonical bytes, and the salt that hides them once both are erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Random.
    pub salt: [u8; SALT],
    /// Canonical JSON.
    pub body: Vec<u8>,
}

impl Entry {
    /// The leaf: the hash of a commitment, SHA-256 of the salt and the body.
    pub fn leaf(&self) -> Hash {
        let mut input = Vec::with_capacity(SALT + self.body.len());
        input.extend_from_slice(&self.salt);
        input.extend_from_slice(&self.body);
        merkle::leaf(&sha256(&input))
    }
}
