//! Password hashes: Argon2id (RFC 9106) as PHC strings.

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::{ct_eq, fill_random};

/// Limits on what a stored hash may ask of this machine.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_ITERATIONS: u32 = 64;
const MAX_PARALLELISM: u32 = 16;

/// Bytes of a new hash's output.
const OUTPUT: usize = 32;

/// The cost of a password hash (RFC 9106 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Params {
    /// Memory in KiB, from 8 per lane to 1 048 576 (1 GiB).
    pub memory_kib: u32,
    /// Passes over the memory, from 1 to 64.
    pub iterations: u32,
    /// Lanes, from 1 to 16. They are computed one after another, on one thread.
    pub parallelism: u32,
}

/// Parameters out of the ranges that [`Argon2Params`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argon2 parameters out of range: memory 8 KiB per lane to 1 GiB, iterations 1 to 64, lanes 1 to 16")]
pub struct Argon2ParamsError;

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
    /// The stored text is not an Argon2 hash, or asks for more than the limits allow.
    Unreadable,
}

/// Hashes and checks passwords. It keeps its memory between uses, so hold one for each worker.
pub struct Hasher {
    params: Argon2Params,
    memory: Vec<Block>,
}

impl Default for Argon2Params {
    /// 19 MiB, 2 passes, 1 lane: the least that OWASP's password storage advice allows.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

impl Argon2Params {
    /// Checks the ranges.
    ///
    /// # Errors
    ///
    /// [`Argon2ParamsError`] if one is out of its range.
    pub fn validate(&self) -> Result<(), Argon2ParamsError> {
        self.to_argon2(OUTPUT).map(|_| ())
    }

    /// What it costs to compute `less` and then this costs about as much as these parameters do; `None` if `less` does
    /// not cost less, or too little less to make up for.
    fn beyond(self, less: Self) -> Option<Self> {
        let cost = |p: Self| u64::from(p.memory_kib) * u64::from(p.iterations);
        let missing = cost(self).checked_sub(cost(less))?;
        let memory_kib = u32::try_from(missing / u64::from(self.iterations)).ok()?;
        (memory_kib >= 8).then_some(Self { memory_kib, iterations: self.iterations, parallelism: 1 })
    }

    fn to_argon2(self, output: usize) -> Result<Params, Argon2ParamsError> {
        let bounded = self.memory_kib <= MAX_MEMORY_KIB
            && self.iterations <= MAX_ITERATIONS
            && self.parallelism <= MAX_PARALLELISM;
        if !bounded {
            return Err(Argon2ParamsError);
        }
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(output))
            .map_err(|_| Argon2ParamsError)
    }
}

impl Hasher {
    /// A hasher that makes new hashes with `params`. It takes its memory at first use.
    ///
    /// # Panics
    ///
    /// If the parameters are out of range: see [`Argon2Params::validate`], to be called where
    /// they are read.
    pub fn new(params: Argon2Params) -> Self {
        params.validate().expect("argon2 parameters are validated where they are read");
        Self { params, memory: Vec::new() }
    }

    /// The PHC string of `password` under the configured parameters. `salt` is to be random and
    /// used once.
    pub fn hash(&mut self, password: &[u8], salt: &[u8; 16]) -> String {
        let params = self.params.to_argon2(OUTPUT).expect("checked when the hasher was made");
        let mut output = [0; OUTPUT];
        self.compute(Algorithm::Argon2id, Version::V0x13, params, password, salt, &mut output)
            .expect("the parameters and the lengths of salt and output are in range");
        self.phc(salt, &output)
    }

    /// Checks `password` against the stored `phc` string, at the cost that string names; to find that it is not the
    /// password takes at least the cost of a new hash, so that a wrong password at a cheap old hash takes as long as
    /// one where there is no hash.
    ///
    /// Argon2i and Argon2d hashes are read too, and want rehashing.
    pub fn verify(&mut self, password: &[u8], phc: &str) -> VerifyOutcome {
        self.try_verify(password, phc).unwrap_or(VerifyOutcome::Unreadable)
    }

    /// A hash that no password matches and that costs as much to check as a new one: checked when
    /// there is no such user, it makes the answer take as long as when there is.
    pub fn dummy_phc(&self) -> String {
        let (mut salt, mut output) = ([0; 16], [0; OUTPUT]);
        fill_random(&mut salt);
        fill_random(&mut output);
        self.phc(&salt, &output)
    }

    fn try_verify(&mut self, password: &[u8], phc: &str) -> Option<VerifyOutcome> {
        let stored = PasswordHash::new(phc).ok()?;
        let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
        // A string without a version is of the first one (PHC string format, Argon2 encoding).
        let version = Version::try_from(stored.version.unwrap_or(0x10)).ok()?;
        let (salt, expected) = (stored.salt?, stored.hash?);
        let params = read_params(&stored.params)?;

        let mut output = [0; Output::MAX_LENGTH];
        let output = output.get_mut(..expected.len())?;
        let costs = params.to_argon2(output.len()).ok()?;
        self.compute(algorithm, version, costs, password, salt.as_ref(), output)?;
        if !ct_eq(output, expected.as_bytes()) {
            self.spend(self.params.beyond(params));
            return Some(VerifyOutcome::Mismatch);
        }
        let current = algorithm == Algorithm::Argon2id
            && version == Version::V0x13
            && params == self.params
            && output.len() == OUTPUT;
        Some(VerifyOutcome::Match { needs_rehash: !current })
    }

    /// Computes something that nobody needs.
    fn spend(&mut self, costs: Option<Argon2Params>) {
        if let Some(params) = costs.and_then(|c| c.to_argon2(OUTPUT).ok()) {
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

/// The three costs. Any other parameter (`keyid`, `data`) makes the hash one we cannot check.
fn read_params(params: &ParamsString) -> Option<Argon2Params> {
    let cost = |name: &str| params.get_decimal(Ident::new(name).ok()?);
    let known = params.iter().count() == 3;
    let read = Argon2Params { memory_kib: cost("m")?, iterations: cost("t")?, parallelism: cost("p")? };
    known.then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s18_a_wrong_password_at_a_cheap_hash_costs_as_much_as_at_a_new_one() {
        let new = Argon2Params::default();
        let of = |memory_kib, iterations| Argon2Params { memory_kib, iterations, parallelism: 1 };
        let cost = |p: Argon2Params| u64::from(p.memory_kib) * u64::from(p.iterations);
        for old in [of(19 * 1024, 1), of(4096, 3), of(64, 1), of(8, 1), of(12 * 1024, 3)] {
            let rest = new.beyond(old).expect("something is missing");
            let together = cost(old) + cost(rest);
            assert!(together <= cost(new) && cost(new) - together < u64::from(new.iterations), "{old:?}");
            assert!(rest.memory_kib <= new.memory_kib, "no more memory than is configured: {rest:?}");
        }
        for enough in [new, of(64 * 1024, 1), of(19 * 1024, 5)] {
            assert_eq!(new.beyond(enough), None);
        }
    }

    #[test]
    fn memory_is_kept_between_uses_but_not_beyond_the_configured_size() {
        let small = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
        let large = Hasher::new(Argon2Params { memory_kib: 128, ..small }).hash(b"pw", &[7; 16]);
        let mut hasher = Hasher::new(small);
        hasher.hash(b"pw", &[7; 16]);
        assert_eq!(hasher.memory.len(), 64);
        assert_eq!(hasher.verify(b"pw", &large), VerifyOutcome::Match { needs_rehash: true });
        assert_eq!(hasher.memory.capacity(), 0);
    }
}
