//! Signing keys at rest: sealed, and each in one place of the rotation.

use crate::time::Timestamp;

/// Where in the rotation a key is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyState {
    /// Published, not yet signing; signs from `from` on if that is set.
    Next {
        /// When it begins to sign.
        from: Option<Timestamp>,
    },
    /// Signs.
    Active,
    /// Signs no more; published until its last token has expired.
    Retired {
        /// When it is no longer published.
        until: Timestamp,
    },
}

/// A signing key at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// `ES256`.
    pub algorithm: String,
    /// The PKCS #8 private key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// Where in the rotation it is.
    pub state: KeyState,
    /// When it was created and published.
    pub published_at: Timestamp,
}

/// What a commit may do to the signing keys.
#[derive(Clone, Debug)]
pub enum Change {
    /// Replaces the whole set and increments the installation's revision; guarded by it.
    Replace(Vec<StoredKey>),
}
