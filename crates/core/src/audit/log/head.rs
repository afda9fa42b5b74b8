//! Signed tree heads: what a tree was, said so that everybody can check it with the public key alone.

use super::model::Log;
use crate::time::Timestamp;
use authms_crypto::merkle::{self, Hash};
use authms_crypto::{MasterKey, SigningKey, VerifyError, VerifyingKey, statement};
use serde::{Deserialize, Serialize};

/// The type of a signed head: it passes as no token.
pub const TYP: &str = "audit-head+jwt";

/// The key that signs heads, Ed25519: of the master key, so that every node has it, and it survives whatever happens to the store.
pub fn head_key(master: &MasterKey) -> SigningKey {
    SigningKey::from_seed(&master.derive("audit head key"))
}

/// What a head says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HeadClaims {
    /// The installation's issuer.
    pub iss: String,
    /// The log: a tenant's identifier, or `installation`.
    pub log: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// Its root in hexadecimal digits.
    pub root: String,
    /// How many of the first leaves have no text any more, since their retention is over.
    pub erased: u64,
    /// When it was signed, in milliseconds since 1970.
    pub at: i64,
}

/// A tree at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Whose log.
    pub log: Log,
    /// How many leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
    /// How many of the first leaves have no text any more.
    pub erased: u64,
    /// When it was signed.
    pub at: Timestamp,
}

impl Head {
    /// Signs it: a JWS in compact form.
    ///
    /// # Errors
    /// When the library fails.
    pub fn sign(&self, issuer: &str, key: &SigningKey) -> Result<String, authms_crypto::SignError> {
        let claims = HeadClaims {
            iss: issuer.to_owned(),
            log: self.log.to_string(),
            size: self.size,
            root: merkle::to_hex(&self.root),
            erased: self.erased,
            at: self.at.as_millis(),
        };
        key.sign_jwt(TYP, &claims)
    }

    /// What a signed head says, if this key signed it; with the issuer that it names.
    ///
    /// # Errors
    /// [`VerifyError`]
    pub fn verify(text: &str, key: &VerifyingKey) -> Result<(Self, String), VerifyError> {
        let claims: HeadClaims = statement(key, TYP, text)?;
        let head = Self {
            log: Log::parse(&claims.log).ok_or(VerifyError::Invalid)?,
            size: claims.size,
            root: merkle::from_hex(&claims.root).ok_or(VerifyError::Invalid)?,
            erased: claims.erased,
            at: Timestamp::from_millis(claims.at),
        };
        Ok((head, claims.iss))
    }
}
