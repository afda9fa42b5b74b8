//! Hashes that other systems made. They are read as those systems wrote them, within bounds on what they may ask of
//! this machine, and replaced at the first success.

use super::bcrypt::Bcrypt;
use super::firebase::Firebase;
use super::pbkdf2::Pbkdf2;
use super::scrypt::Scrypt;

/// The longest text of a hash, in bytes.
const MAX_TEXT: usize = 512;

/// Why a hash cannot be taken over. No variant carries any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is of no kind that is known.
    #[error("is none of argon2, bcrypt, scrypt, pbkdf2 and firebase-scrypt")]
    Unknown,
    /// It is not written as its kind is.
    #[error("is not written as a hash of its kind is")]
    Malformed,
    /// To check it costs more than is allowed.
    #[error(
        "costs too much to check: at most bcrypt 14, 128 MiB and 4194304 blocks of scrypt, 2000000 rounds of PBKDF2, \
         256 MiB of Argon2 and 1 GiB over all its passes"
    )]
    TooCostly,
}

/// Such a hash, taken apart; shows nothing of itself.
pub(super) enum Imported {
    Bcrypt(Bcrypt),
    Scrypt(Scrypt),
    Pbkdf2(Pbkdf2),
    Firebase(Firebase),
}

impl Imported {
    /// Reads a hash.
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        if text.len() > MAX_TEXT {
            return Err(ImportError::Malformed);
        }
        if text.starts_with("$2") {
            Bcrypt::parse(text).map(Self::Bcrypt)
        } else if let Some(rest) = text.strip_prefix("$scrypt$") {
            Scrypt::parse(rest).map(Self::Scrypt)
        } else if let Some(rest) = text.strip_prefix("$firebase-scrypt$") {
            Firebase::parse(rest).map(Self::Firebase)
        } else if text.starts_with("$pbkdf2") || text.starts_with("pbkdf2_") {
            Pbkdf2::parse(text).map(Self::Pbkdf2)
        } else {
            Err(ImportError::Unknown)
        }
    }

    /// Whether this is the hash of `password`.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        match self {
            Self::Bcrypt(hash) => hash.matches(password),
            Self::Scrypt(hash) => hash.matches(password),
            Self::Pbkdf2(hash) => hash.matches(password),
            Self::Firebase(hash) => hash.matches(password),
        }
    }

    /// About how much work that is, in KiB that Argon2 passes over in the same time (`examples/measure.rs`).
    pub(super) fn work(&self) -> u64 {
        match self {
            Self::Bcrypt(hash) => hash.work(),
            Self::Scrypt(hash) => hash.work(),
            Self::Pbkdf2(hash) => hash.work(),
            Self::Firebase(hash) => hash.work(),
        }
    }
}
