//! Password hashes: Argon2id (RFC 9106) as PHC strings, under a pepper. Those of other systems are read, too.

mod bcrypt;
mod firebase;
mod imported;
mod kind;
mod params;
mod pbkdf2;
mod pepper;
mod scrypt;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use self::imported::Imported;
use crate::{ct_eq, fill_random};

pub use imported::ImportError;
pub use kind::HashKind;
pub use params::{Argon2Params, Argon2ParamsError};
pub use pepper::{PepperError, Peppers};

/// The most that a foreign Argon2 hash may ask for: KiB at once, and over all its passes.
const MAX_IMPORTED_KIB: u32 = 256 * 1024;
const MAX_IMPORTED_WORK: u64 = 1024 * 1024;

/// The cost of [`Hasher::stretch`].
const STRETCHED: Argon2Params = Argon2Params { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 };

/// Bytes of a new hash's output.
const OUTPUT: usize = 32;

/// What came of checking a password against a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyOutcome {
    /// It is the password.
    Match {
        /// The hash was not made as a new one would be now: hash the password again and store it.
        needs_rehash: bool,
    },
    /// It is not the password.
    Mismatch,
    /// The stored text is no hash that is known, its pepper is missing, or it asks for more than the limits allow.
    Unreadable,
}

/// Hashes and checks passwords. It keeps its memory between uses, so hold one for each worker.
pub struct Hasher {
    params: Argon2Params,
    peppers: Peppers,
    memory: Vec<Block>,
}

/// That a hash of another system can be taken over: Argon2, bcrypt, scrypt, PBKDF2 or Firebase's scrypt, at a cost that
/// this machine can bear at every attempt.
///
/// # Errors
///
/// [`ImportError`] says why not.
pub fn check_import(text: &str) -> Result<(), ImportError> {
    // No system writes others, and not every store keeps them.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ImportError::Malformed);
    }
    match Imported::parse(text) {
        Err(ImportError::Unknown) => {}
        other => return other.map(drop),
    }
    if !text.starts_with("$argon2") {
        return Err(ImportError::Unknown);
    }
    let stored = Stored::parse(text).ok_or(ImportError::Malformed)?;
    let cheap = stored.params.memory_kib <= MAX_IMPORTED_KIB && stored.params.work() <= MAX_IMPORTED_WORK;
    let in_range = stored.params.to_argon2(stored.hash.len()).is_ok();
    if cheap && in_range { Ok(()) } else { Err(ImportError::TooCostly) }
}

impl Hasher {
    /// A hasher that makes new hashes with `params` and, if there are any, under the first of `peppers`. It takes its
    /// memory at first use.
    ///
    /// # Panics
    ///
    /// If the parameters are out of range: see [`Argon2Params::validate`], to be called where
    /// they are read.
    pub fn new(params: Argon2Params, peppers: Peppers) -> Self {
        params.validate().expect("argon2 parameters are validated where they are read");
        Self { params, peppers, memory: Vec::new() }
    }

    /// The hash of `password` under the configured parameters: a PHC string, and before it the name of its pepper. `salt`
    /// is to be random and used once.
    pub fn hash(&mut self, password: &[u8], salt: &[u8; 16]) -> String {
        let params = self.params.to_argon2(OUTPUT).expect("checked when the hasher was made");
        let (seasoned, mut text) = self.peppers.season(password);
        let input = seasoned.as_ref().map_or(password, |key| key.as_slice());
        let mut output = [0; OUTPUT];
        self.compute(Algorithm::Argon2id, Version::V0x13, params, input, salt, &mut output)
            .expect("the parameters and the lengths of salt and output are in range");
        text += &self.phc(salt, &output);
        text
    }

    /// Checks `password` against the stored hash, at the cost that it names; to find that it is not the password takes at
    /// least about the cost of a new hash, so that a wrong password at a cheap old hash takes as long as one where there is
    /// no hash.
    ///
    /// Hashes of other systems, of Argon2i and of Argon2d are read too, and want rehashing.
    pub fn verify(&mut self, password: &[u8], stored: &str) -> VerifyOutcome {
        self.try_verify(password, stored).unwrap_or(VerifyOutcome::Unreadable)
    }

    /// Argon2id of a short secret, at a cost that is part of what is stored: to change it is to forget what was stored. `salt`
    /// is the owner's alone.
    pub fn stretch(&mut self, secret: &[u8], salt: &[u8; 16]) -> [u8; OUTPUT] {
        let cost = STRETCHED.to_argon2(OUTPUT).expect("a constant in range");
        let mut output = [0; OUTPUT];
        self.compute(Algorithm::Argon2id, Version::V0x13, cost, secret, salt, &mut output)
            .expect("the lengths of salt and output are in range");
        output
    }

    /// A hash that no password matches and that costs as much to check as a new one: checked when
    /// there is no such user, it makes the answer take as long as when there is.
    pub fn dummy_phc(&self) -> String {
        let (mut salt, mut output) = ([0; 16], [0; OUTPUT]);
        fill_random(&mut salt);
        fill_random(&mut output);
        self.peppers.season(b"").1 + &self.phc(&salt, &output)
    }

    fn try_verify(&mut self, password: &[u8], stored: &str) -> Option<VerifyOutcome> {
        let seasoned = self.peppers.taste(password, stored)?;
        let input = seasoned.key.as_ref().map_or(password, |key| key.as_slice());
        let Some(stored) = Stored::parse(seasoned.hash) else {
            return self.verify_imported(input, Imported::parse(seasoned.hash).ok()?);
        };
        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..stored.hash.len())?;
        let costs = stored.params.to_argon2(output.len()).ok()?;
        self.compute(stored.algorithm, stored.version, costs, input, stored.salt.as_ref(), output)?;
        if !ct_eq(output, stored.hash.as_bytes()) {
            self.spend(stored.params.work());
            return Some(VerifyOutcome::Mismatch);
        }
        let current = seasoned.current
            && stored.algorithm == Algorithm::Argon2id
            && stored.version == Version::V0x13
            && stored.params == self.params
            && output.len() == OUTPUT;
        Some(VerifyOutcome::Match { needs_rehash: !current })
    }

    fn verify_imported(&mut self, password: &[u8], stored: Imported) -> Option<VerifyOutcome> {
        if stored.matches(password) {
            return Some(VerifyOutcome::Match { needs_rehash: true });
        }
        self.spend(stored.work());
        Some(VerifyOutcome::Mismatch)
    }

    /// Computes something that nobody needs, so that with the work already done it costs as much as a new hash.
    fn spend(&mut self, done: u64) {
        let rest = self.params.beyond(done);
        if let Some(params) = rest.and_then(|p| p.to_argon2(OUTPUT).ok()) {
            let mut output = [0; OUTPUT];
            let _ = self.compute(Algorithm::Argon2id, Version::V0x13, params, b"", &[0; 16], &mut output);
        }
    }

    /// Argon2 in the memory kept, which is given back if it grew beyond the configured size.
    fn compute(
        &mut self,
        algorithm: Algorithm,
        version: Version,
        params: Params,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> Option<()> {
        let wanted = params.block_count();
        if self.memory.len() < wanted {
            self.memory.try_reserve_exact(wanted - self.memory.len()).ok()?;
            self.memory.resize(wanted, Block::new());
        }
        let result = Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(password, salt, output, &mut self.memory)
            .ok();
        if self.memory.len() > self.params.memory_kib as usize {
            self.memory = Vec::new();
        }
        result
    }

    fn phc(&self, salt: &[u8; 16], output: &[u8; OUTPUT]) -> String {
        let params = self.params.to_argon2(OUTPUT).expect("checked when the hasher was made");
        PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).expect("three numbers fit in a PHC string"),
            salt: Some(Salt::new(salt).expect("16 bytes are a salt")),
            hash: Some(Output::new(output).expect("32 bytes are an output")),
        }
        .to_string()
    }
}

/// An Argon2 hash, taken apart.
struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Argon2Params,
    salt: Salt,
    hash: Output,
}

impl Stored {
    fn parse(phc: &str) -> Option<Self> {
        let stored = PasswordHash::new(phc).ok()?;
        Some(Self {
            algorithm: Algorithm::try_from(stored.algorithm.as_str()).ok()?,
            // A string without a version is of the first one (PHC string format, Argon2 encoding).
            version: Version::try_from(stored.version.unwrap_or(0x10)).ok()?,
            params: Argon2Params::read(&stored.params)?,
            salt: stored.salt?,
            hash: stored.hash?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s18_a_wrong_password_at_a_cheap_imported_hash_costs_as_much_as_at_a_new_one() {
        let params = Argon2Params::default();
        for cheap in [
            "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
            "$scrypt$ln=4,r=8,p=1$c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0",
            "$pbkdf2-sha256$1000$c2FsdA$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w",
        ] {
            let work = Imported::parse(cheap).map(|hash| hash.work()).expect("a hash");
            let rest = params.beyond(work).expect("something is missing");
            assert!(params.work() - work - rest.work() < u64::from(params.iterations), "{cheap}");
            let mut hasher = Hasher::new(params, Peppers::default());
            assert_eq!(hasher.verify(b"wrong", cheap), VerifyOutcome::Mismatch);
            // Memory is filled in multiples of four blocks (RFC 9106 §3.2).
            let filled = rest.memory_kib as usize / 4 * 4;
            assert_eq!(hasher.memory.len(), filled, "{cheap}: the rest was done");
        }
    }

    #[test]
    fn memory_is_kept_between_uses_but_not_beyond_the_configured_size() {
        let small = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
        let large =
            Hasher::new(Argon2Params { memory_kib: 128, ..small }, Peppers::default()).hash(b"pw", &[7; 16]);
        let mut hasher = Hasher::new(small, Peppers::default());
        hasher.hash(b"pw", &[7; 16]);
        assert_eq!(hasher.memory.len(), 64);
        assert_eq!(hasher.verify(b"pw", &large), VerifyOutcome::Match { needs_rehash: true });
        assert_eq!(hasher.memory.capacity(), 0);
    }
}
