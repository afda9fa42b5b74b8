//! Recovery codes: written down, each good once.

use crate::parts::Parts;
use crate::ports::random;
use authms_crypto::{SecretString, sha256};

/// How many a user has at once.
pub const RECOVERY_CODES: usize = 10;

/// Characters of a code, without the hyphens: 80 bits (SP 800-63B-4 §4.2.1.1 asks for 64).
const LENGTH: usize = 16;

/// Characters between two hyphens.
const GROUP: usize = 4;

/// Crockford's: none is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What is kept of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecoveryCode {
    /// SHA-256 of it.
    pub hash: [u8; 32],
    /// Whether it was used.
    pub spent: bool,
}

/// A fresh code, in groups that are easy to type.
pub(super) fn generate(parts: &Parts) -> SecretString {
    let bytes: [u8; LENGTH] = random(&*parts.rng);
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so all are as likely.
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    SecretString::new(code)
}

/// SHA-256 of a code as it is kept, however it was typed: with or without hyphens and spaces, in any case, `o` for
/// zero, `i` and `l` for one.
pub(crate) fn recovery_hash(typed: &str) -> [u8; 32] {
    let kept = typed.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    sha256(SecretString::new(kept.collect()).expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        let hash = recovery_hash("k01f-9x2m-7abc-def0");
        for typed in ["K01F9X2M7ABCDEF0", "kolf 9x2m 7abc defo", "k01f9x2m-7abcdef0"] {
            assert_eq!(recovery_hash(typed), hash, "{typed}");
        }
        assert_ne!(recovery_hash("k01f-9x2m-7abc-def1"), hash);
    }
}
