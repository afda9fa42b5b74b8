//! Authenticator apps: what is shared with one, and whether a code is of it.

use super::model::Factor;
use crate::id::FactorId;
use crate::parts::Parts;
use crate::ports::random;
use crate::time::Timestamp;
use authms_crypto::{Secret, open, seal, totp_step};

/// What an authenticator app and we share: 160 bits (RFC 4226 §4, R6).
#[derive(Clone, Debug)]
pub struct TotpSecret(Secret<20>);

impl TotpSecret {
    /// A fresh one.
    pub fn generate(parts: &Parts) -> Self {
        Self(Secret::new(random(&*parts.rng)))
    }

    /// The one of these bytes.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes, to be shown at enrolment.
    pub fn expose(&self) -> &[u8; 20] {
        self.0.expose()
    }

    /// For keeping with the factor of this identifier.
    pub fn sealed(&self, parts: &Parts, factor: FactorId) -> Vec<u8> {
        seal(&parts.secrets.factors, factor.bytes(), self.0.expose())
    }

    /// That of a factor; `None` if it is no authenticator app, or was not sealed by us.
    pub fn of(parts: &Parts, factor: &Factor) -> Option<Self> {
        let opened = open(&parts.secrets.factors, factor.id.bytes(), factor.sealed.as_deref()?).ok()?;
        Some(Self(Secret::new(opened.as_slice().try_into().ok()?)))
    }

    /// The unspent step whose code this is (RFC 6238 §5.2: one step of drift, each step once).
    pub fn step(&self, code: &str, now: Timestamp, last: Option<i64>) -> Option<i64> {
        totp_step(self.0.expose(), code, now.as_seconds(), last)
    }
}
