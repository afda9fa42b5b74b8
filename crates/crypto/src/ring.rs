//! The keys of a deployment: one that signs, and every one whose tokens are still good.

use crate::{Jwks, SigningKey, VerifyingKey};

/// The signing key and the public halves of the others. Immutable: a changed set is a new ring,
/// put in the old one's place behind an `Arc`.
#[derive(Debug)]
pub struct Keyring {
    active: SigningKey,
    others: Vec<VerifyingKey>,
}

impl Keyring {
    /// A ring that signs with `active` and also verifies what `others` signed or will sign.
    ///
    /// The private halves of the others are dropped: a ring can sign with one key only. Repeats
    /// are dropped too.
    pub fn new(active: SigningKey, others: Vec<SigningKey>) -> Self {
        let mut ring = Self { active, others: Vec::with_capacity(others.len()) };
        for key in others {
            if ring.find(key.kid()).is_none() {
                ring.others.push(key.into_public());
            }
        }
        ring
    }

    /// The key that signs new tokens.
    pub fn active(&self) -> &SigningKey {
        &self.active
    }

    /// The key of that identifier. Any text may be asked for: it is only ever compared with the
    /// identifiers held, of which there are a handful.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.all().find(|key| key.kid() == kid)
    }

    /// The ring as published, the active key first.
    pub fn jwks(&self) -> Jwks {
        Jwks { keys: self.all().map(|key| key.jwk().clone()).collect() }
    }

    fn all(&self) -> impl Iterator<Item = &VerifyingKey> {
        std::iter::once(self.active.public()).chain(&self.others)
    }
}
