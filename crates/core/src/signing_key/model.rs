//! Signing keys at rest: sealed, and each in one place of the rotation.

use crate::time::Timestamp;
pub use authms_crypto::Algorithm;
use authms_crypto::{Keyring, SigningKey};

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

impl KeyState {
    /// The name at rest and at the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next { .. } => "next",
            Self::Active => "active",
            Self::Retired { .. } => "retired",
        }
    }
}

/// A signing key at rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs by.
    pub algorithm: Algorithm,
    /// The PKCS #8 private key, sealed under the master key.
    pub sealed: Vec<u8>,
    /// Where in the rotation it is.
    pub state: KeyState,
    /// When it was created and published.
    pub published_at: Timestamp,
    /// When it came into its state.
    pub since: Timestamp,
}

/// How the access tokens of a tenant are signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signing {
    /// The algorithm that the tenant asks for.
    pub algorithm: Algorithm,
    /// What signs until a key of that algorithm does, which is published for a while before.
    pub former: Option<Algorithm>,
}

impl Signing {
    /// What holds unless somebody asks for something else.
    pub const DEFAULT: Self = Self { algorithm: Algorithm::Es256, former: None };

    /// The key that signs now.
    pub fn key(self, ring: &Keyring) -> &SigningKey {
        let former = || self.former.and_then(|algorithm| ring.signer(algorithm));
        ring.signer(self.algorithm).or_else(former).unwrap_or_else(|| ring.active())
    }

    /// The same for another algorithm: until one of its keys signs, what signs now goes on.
    #[must_use]
    pub fn changed_to(self, algorithm: Algorithm, ring: &Keyring) -> Self {
        if algorithm == self.algorithm {
            return self;
        }
        Self { algorithm, former: Some(self.key(ring).algorithm()) }
    }
}

/// What a commit may do to the signing keys.
#[derive(Clone, Debug)]
pub enum Change {
    /// Replaces the whole set and increments the installation's revision; guarded by it.
    Replace(Vec<StoredKey>),
}
