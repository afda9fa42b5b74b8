//! Values that must not be printed, compared in variable time, or left in memory.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroize;

/// `N` secret bytes: wiped when dropped, redacted in `Debug`, compared in constant time.
#[derive(Clone)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the bytes over as a secret.
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// A secret of `N` bytes drawn from the operating system's generator.
    pub fn random() -> Self {
        let mut secret = Self([0; N]);
        crate::fill_random(&mut secret.0);
        secret
    }

    /// The bytes themselves. Named so that each use of a secret is easy to find.
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        ct_eq(&self.0, &other.0)
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Secret text (a password, a token on the wire): wiped when dropped, redacted in `Debug`.
///
/// It reads from configuration and request bodies (`Deserialize`) but has no `Serialize`: text
/// that leaves the process does so through [`SecretString::expose`].
#[derive(Clone)]
pub struct SecretString(String);

impl SecretString {
    /// Takes the text over as a secret.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Named so that each use of a secret is easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for SecretString {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Whether `a` and `b` are the same bytes, in time that depends on their lengths only.
///
/// Slices of different lengths are unequal at once: a length is never the secret here.
pub fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
