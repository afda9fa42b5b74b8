//! Opaque bearer tokens: `<prefix><22 id><43 secret><6 CRC-32>`, all in base62.
//!
//! The prefix and the checksum let a secret scanner recognise a leaked token without asking the
//! server, and let the server refuse a mistyped one without asking its storage.

use zeroize::Zeroizing;

use crate::base62::{decode_u32, decode16, decode32, encode_u32, encode16, encode32};
use crate::{Secret, SecretString, ct_eq, sha256};

const ID: usize = 22;
const SECRET: usize = 43;
const CHECKSUM: usize = 6;

/// A bearer token: an identifier to find its record by and a secret to prove it with.
#[derive(Clone, Debug)]
pub struct OpaqueToken {
    /// Finds the record; not secret.
    pub id: [u8; 16],
    /// Proves the bearer; storage holds [`OpaqueToken::hash`] of it.
    pub secret: Secret<32>,
}

impl OpaqueToken {
    /// A token for the record `id` with a fresh random secret.
    pub fn generate(id: [u8; 16]) -> Self {
        Self { id, secret: Secret::random() }
    }

    /// The token as it goes over the wire. `prefix` names its kind, such as `tkt_`.
    pub fn format(&self, prefix: &str) -> SecretString {
        let mut text = String::with_capacity(prefix.len() + ID + SECRET + CHECKSUM);
        text.push_str(prefix);
        text.push_str(&encode16(&self.id));
        text.push_str(&Zeroizing::new(encode32(self.secret.expose())));
        let checksum = crc32fast::hash(text.as_bytes());
        text.push_str(&encode_u32(checksum));
        SecretString::new(text)
    }

    /// Reads what [`OpaqueToken::format`] writes with the same prefix.
    ///
    /// `None` unless prefix, length, alphabet and checksum are all right. That says nothing of
    /// whether the token was ever issued: the checksum is no proof, [`OpaqueToken::matches`] is.
    pub fn parse(prefix: &str, text: &str) -> Option<Self> {
        let (id, rest) = text.strip_prefix(prefix)?.split_at_checked(ID)?;
        let (secret, checksum) = rest.split_at_checked(SECRET)?;
        let covered = &text[..text.len() - checksum.len()];
        if decode_u32(checksum)? != crc32fast::hash(covered.as_bytes()) {
            return None;
        }
        Some(Self { id: decode16(id)?, secret: Secret::new(decode32(secret)?) })
    }

    /// What storage keeps: SHA-256 of the secret. A plain hash is enough for 256 random bits.
    pub fn hash(&self) -> [u8; 32] {
        sha256(self.secret.expose())
    }

    /// Whether the token's secret is the one that was stored as `hash`, in constant time.
    pub fn matches(&self, hash: &[u8; 32]) -> bool {
        ct_eq(&self.hash(), hash)
    }
}
