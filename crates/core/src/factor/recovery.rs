//! Recovery codes: written down, each good once.

use crate::fault::Fault;
use crate::id::FactorId;
use crate::parts::Parts;
use crate::ports::random;
use authms_crypto::{Secret, SecretString, hmac_sha256, sha256};

/// How many a user has at once.
pub const RECOVERY_CODES: usize = 10;

/// Characters of a code, without the hyphens: 80 bits (SP 800-63B-4 §4.2.1.1 asks for 64).
const LONG: usize = 16;

/// Characters of a code for forms that take no more: 40 bits, so that whoever reads the database could try them all, were
/// they kept as the long ones are.
const SHORT: usize = 8;

/// Characters between two hyphens of a long code.
const GROUP: usize = 4;

/// Crockford's: none is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What is kept of a code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecoveryCode {
    /// Its hash, as it is kept.
    pub hash: [u8; 32],
    /// Whether it was used.
    pub spent: bool,
}

/// A fresh code; a long one is in groups that are easy to type.
pub(super) fn generate(parts: &Parts) -> SecretString {
    if parts.policy.short_recovery_codes { draw::<SHORT>(parts, SHORT) } else { draw::<LONG>(parts, GROUP) }
}

fn draw<const LENGTH: usize>(parts: &Parts, group: usize) -> SecretString {
    let bytes: [u8; LENGTH] = random(&*parts.rng);
    let mut code = String::with_capacity(LENGTH + LENGTH / group);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place % group == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so all are as likely.
        code.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    SecretString::new(code)
}

/// What is kept of a code of this set, however it was typed: SHA-256 of a long one; of a short one Argon2id, under a key
/// outside the database. All of a set have one salt, so that one computation tells whether a typed code is among them.
///
/// # Errors
/// [`Fault::Busy`] if too much waits to be hashed.
pub(crate) async fn kept_of(parts: &Parts, set: FactorId, typed: &str) -> Result<[u8; 32], Fault> {
    let code = plain(typed);
    let code = code.expose().as_bytes();
    if code.len() != SHORT {
        return Ok(sha256(code));
    }
    let seasoned = hmac_sha256(parts.secrets.code_mac.expose(), &[b"recovery code", code]);
    Ok(parts.passwords.stretch(Secret::new(seasoned), *set.bytes()).await?)
}

/// A code without what does not matter: hyphens and spaces, case, `o` for zero, `i` and `l` for one.
fn plain(typed: &str) -> SecretString {
    let kept = typed.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    SecretString::new(kept.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed() {
        for typed in ["K01F9X2M7ABCDEF0", "kolf 9x2m 7abc defo", "k01f9x2m-7abcdef0"] {
            assert_eq!(plain(typed).expose(), "k01f9x2m7abcdef0", "{typed}");
        }
    }
}
