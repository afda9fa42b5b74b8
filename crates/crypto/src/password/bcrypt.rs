//! bcrypt: `$2a$`, `$2b$` and `$2y$`, with 4 to 14 as cost.

use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::imported::ImportError;
use crate::ct_eq;

/// What bcrypt reads of a password and the zero byte behind it.
const KEY: usize = 72;

/// Its alphabet, as lenient as the systems that wrote it: the last character has bits that count for nothing.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

pub(super) struct Bcrypt {
    cost: u32,
    salt: [u8; 16],
    hash: [u8; 23],
}

impl Bcrypt {
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let malformed = ImportError::Malformed;
        let rest =
            ["$2a$", "$2b$", "$2y$"].into_iter().find_map(|v| text.strip_prefix(v)).ok_or(malformed)?;
        let (cost, rest) = rest.split_once('$').filter(|(cost, _)| cost.len() == 2).ok_or(malformed)?;
        let cost = cost.parse().map_err(|_| malformed)?;
        let (salt, hash) = rest.split_at_checked(22).ok_or(malformed)?;
        let parsed = Self { cost, salt: decode(salt)?, hash: decode(hash)? };
        match cost {
            4..=14 => Ok(parsed),
            15..=31 => Err(ImportError::TooCostly),
            _ => Err(malformed),
        }
    }

    /// As every bcrypt does: what is beyond 72 bytes does not count. It counts from the next hash on, which the first
    /// success makes of the whole password.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut key = Zeroizing::new(password[..password.len().min(KEY)].to_vec());
        if key.len() < KEY {
            key.push(0);
        }
        let hash = bcrypt::bcrypt(self.cost, self.salt, &key);
        // It goes round and round the password and its zero byte: one with zeros in it, "a\0a", would pass for "a".
        ct_eq(&hash[..self.hash.len()], &self.hash) && !password.contains(&0)
    }

    pub(super) fn work(&self) -> u64 {
        144 << self.cost
    }
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], ImportError> {
    let bytes = BASE64.decode(text).map_err(|_| ImportError::Malformed)?;
    bytes.try_into().map_err(|_| ImportError::Malformed)
}
