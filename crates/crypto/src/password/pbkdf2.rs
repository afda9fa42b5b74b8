//! PBKDF2 (RFC 8018 §5.2) with SHA-1, SHA-256 or SHA-512, in the three spellings that are about:
//! `$pbkdf2-sha256$i=600000,l=32$salt$hash` (PHC), `$pbkdf2-sha256$600000$salt$hash` (passlib; SHA-1 is `$pbkdf2$`) and
//! `pbkdf2_sha256$600000$salt$hash` (Django).

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, Algorithm};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::imported::ImportError;
use super::scrypt::{fields, numbers};
use crate::ct_eq;

/// The most rounds over all blocks of the output.
const MAX_ROUNDS: u64 = 2_000_000;

/// A hash function: its names, the length of its output, and about how many rounds of it Argon2 passes over a MiB in.
struct Function {
    name: &'static str,
    passlib: &'static str,
    algorithm: Algorithm,
    output: usize,
    rounds: u64,
}

const FUNCTIONS: [Function; 3] = [
    Function {
        name: "sha1",
        passlib: "pbkdf2",
        algorithm: pbkdf2::PBKDF2_HMAC_SHA1,
        output: 20,
        rounds: 1350,
    },
    Function {
        name: "sha256",
        passlib: "pbkdf2-sha256",
        algorithm: pbkdf2::PBKDF2_HMAC_SHA256,
        output: 32,
        rounds: 1100,
    },
    Function {
        name: "sha512",
        passlib: "pbkdf2-sha512",
        algorithm: pbkdf2::PBKDF2_HMAC_SHA512,
        output: 64,
        rounds: 580,
    },
];

pub(super) struct Pbkdf2 {
    function: &'static Function,
    rounds: NonZeroU32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Pbkdf2 {
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let parsed = if text.starts_with('$') { modular(text) } else { django(text) };
        let parsed = parsed.ok_or(ImportError::Malformed)?;
        if !(16..=64).contains(&parsed.hash.len()) {
            return Err(ImportError::Malformed);
        }
        if parsed.all_rounds() > MAX_ROUNDS { Err(ImportError::TooCostly) } else { Ok(parsed) }
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut output = vec![0; self.hash.len()];
        pbkdf2::derive(self.function.algorithm, self.rounds, &self.salt, password, &mut output);
        ct_eq(&output, &self.hash)
    }

    pub(super) fn work(&self) -> u64 {
        self.all_rounds() * 1024 / self.function.rounds
    }

    /// Each block of the output is computed anew.
    fn all_rounds(&self) -> u64 {
        let blocks = self.hash.len().div_ceil(self.function.output) as u64;
        u64::from(self.rounds.get()) * blocks
    }
}

/// The spellings that begin with a dollar sign.
fn modular(text: &str) -> Option<Pbkdf2> {
    let [_, name, cost, salt, hash] = fields(text)?;
    let phc = name == "pbkdf2-sha1";
    let function = FUNCTIONS.iter().find(|f| f.passlib == name || (phc && f.name == "sha1"))?;
    let hash = base64(hash)?;
    let rounds = match cost.parse() {
        Ok(rounds) => rounds,
        Err(_) => {
            let [rounds, length] = numbers(cost, ["i", "l"])?;
            (length as usize == hash.len()).then_some(rounds)?
        }
    };
    Some(Pbkdf2 { function, rounds: NonZeroU32::new(rounds)?, salt: base64(salt)?, hash })
}

fn django(text: &str) -> Option<Pbkdf2> {
    let [name, rounds, salt, hash] = fields(text)?;
    let name = name.strip_prefix("pbkdf2_")?;
    let function = FUNCTIONS.iter().find(|f| f.name == name)?;
    let hash = STANDARD.decode(hash).ok()?;
    Some(Pbkdf2 { function, rounds: rounds.parse().ok()?, salt: salt.as_bytes().to_vec(), hash })
}

/// Base64 without padding; passlib writes a dot for the plus.
fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text.replace('.', "+")).ok()
}
