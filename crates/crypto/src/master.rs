//! The master key, from which every other symmetric key of a deployment is derived.

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::{Secret, SecretString, hkdf_sha256};

/// 32 secret bytes that an operator keeps outside the database.
#[derive(Clone, Debug)]
pub struct MasterKey(Secret<32>);

/// Why a text is not a master key. No variant carries any of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// It is neither base64url, base64 nor hexadecimal.
    #[error("the master key is not base64url, base64 or hexadecimal text")]
    Encoding,
    /// It decodes to another number of bytes than 32.
    #[error("the master key is not exactly 32 bytes long")]
    Length,
    /// All its bytes are equal: a placeholder, not a key.
    #[error("the master key is a placeholder, not random bytes")]
    Weak,
}

impl MasterKey {
    /// A fresh random key.
    pub fn generate() -> Self {
        Self(Secret::random())
    }

    /// Reads a key of exactly 32 bytes in base64url, base64 (each with or without padding) or
    /// hexadecimal, with whitespace around it ignored.
    ///
    /// # Errors
    ///
    /// [`MasterKeyError`] if the text is none of these, or is evidently a placeholder.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let bytes = decode(text.trim()).ok_or(MasterKeyError::Encoding)?;
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| MasterKeyError::Length)?;
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(MasterKeyError::Weak);
        }
        Ok(Self(Secret::new(key)))
    }

    /// The key as text that [`MasterKey::parse`] reads: base64url without padding, 43 characters.
    pub fn to_text(&self) -> SecretString {
        SecretString::new(URL_SAFE_NO_PAD.encode(self.0.expose()))
    }

    /// 32 hexadecimal digits that tell two keys apart and reveal nothing of either.
    pub fn fingerprint(&self) -> String {
        let digest = hkdf_sha256(self.0.expose(), b"authms master fingerprint", b"fingerprint");
        digest.expose()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key for the purpose `label` (RFC 5869), independent of every other label's and of the
    /// fingerprint.
    pub fn derive(&self, label: &str) -> Secret<32> {
        hkdf_sha256(self.0.expose(), b"authms master derive", label.as_bytes())
    }
}

/// The bytes of `text` in whichever of the encodings it is in.
///
/// Hexadecimal digits are base64 as well. A text as long as 32 bytes of base64 is read as that,
/// any other as hexadecimal first, so that a key of the wrong length is told from no key at all.
pub(crate) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let hex = if matches!(text.len(), 43 | 44) { None } else { decode_hex(text) };
    hex.or_else(|| decode_base64(&URL_SAFE, text)).or_else(|| decode_base64(&STANDARD, text))
}

fn decode_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let mut bytes = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for pair in pairs {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        bytes.push((high << 4 | low) as u8);
    }
    Some(bytes)
}

fn decode_base64(alphabet: &Alphabet, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config).decode(text).ok().map(Zeroizing::new)
}
