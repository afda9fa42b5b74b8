//! The keys of a deployment: those that sign, and every one whose tokens are still good.

use crate::{Algorithm, Jwks, SigningKey, VerifyingKey};

/// The signing keys, one an algorithm, and the public halves of the others. Immutable: a changed set is a new ring,
/// put in the old one's place behind an `Arc`.
#[derive(Debug)]
pub struct Keyring {
    active: SigningKey,
    more: Vec<SigningKey>,
    others: Vec<VerifyingKey>,
}

impl Keyring {
    /// A ring that signs with `active` and also verifies what `others` signed or will sign.
    ///
    /// The private halves of the others are dropped: a ring signs with one key an algorithm only. Repeats are dropped
    /// too.
    pub fn new(active: SigningKey, others: Vec<SigningKey>) -> Self {
        Self::with_signers(active, Vec::new(), others)
    }

    /// The same, with keys of other algorithms that sign where these are asked for.
    pub fn with_signers(active: SigningKey, more: Vec<SigningKey>, others: Vec<SigningKey>) -> Self {
        let mut ring = Self { active, more: Vec::new(), others: Vec::with_capacity(others.len()) };
        for key in more {
            match ring.signer(key.algorithm()) {
                Some(_) => ring.verify_too(key),
                None => ring.more.push(key),
            }
        }
        others.into_iter().for_each(|key| ring.verify_too(key));
        ring
    }

    /// The key that signs new tokens unless another algorithm is asked for.
    pub fn active(&self) -> &SigningKey {
        &self.active
    }

    /// The key that signs new tokens by this algorithm, if there is one.
    pub fn signer(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.signers().find(|key| key.algorithm() == algorithm)
    }

    /// The key of that identifier. Any text may be asked for: it is only ever compared with the
    /// identifiers held, of which there are a handful.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.all().find(|key| key.kid() == kid)
    }

    /// The ring as published, the keys that sign first.
    pub fn jwks(&self) -> Jwks {
        Jwks { keys: self.all().map(|key| key.jwk().clone()).collect() }
    }

    /// The algorithms of the keys held, each once, in the order of [`Algorithm::ALL`].
    pub fn algorithms(&self) -> Vec<Algorithm> {
        Algorithm::ALL.into_iter().filter(|a| self.all().any(|key| key.algorithm() == *a)).collect()
    }

    fn verify_too(&mut self, key: SigningKey) {
        if self.find(key.kid()).is_none() {
            self.others.push(key.into_public());
        }
    }

    fn signers(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.active).chain(&self.more)
    }

    fn all(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.signers().map(SigningKey::verifying).chain(&self.others)
    }
}
