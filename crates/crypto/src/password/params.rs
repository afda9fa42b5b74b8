//! What an Argon2 hash may cost.

use argon2::Params;
use argon2::password_hash::phc::{Ident, ParamsString};

use super::OUTPUT;

/// Limits on what a stored hash may ask of this machine.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_ITERATIONS: u32 = 64;
const MAX_PARALLELISM: u32 = 16;

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

    /// The work that they are, in KiB passed over.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.iterations)
    }

    /// What it costs to do `less` work and then this is about as much as these parameters cost; `None` if `less` is
    /// not less, or too little less to make up for.
    pub(super) fn beyond(self, less: u64) -> Option<Self> {
        let missing = self.work().checked_sub(less)?;
        let memory_kib = u32::try_from(missing / u64::from(self.iterations)).ok()?;
        (memory_kib >= 8).then_some(Self { memory_kib, iterations: self.iterations, parallelism: 1 })
    }

    pub(super) fn to_argon2(self, output: usize) -> Result<Params, Argon2ParamsError> {
        let bounded = self.memory_kib <= MAX_MEMORY_KIB
            && self.iterations <= MAX_ITERATIONS
            && self.parallelism <= MAX_PARALLELISM;
        if !bounded {
            return Err(Argon2ParamsError);
        }
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(output))
            .map_err(|_| Argon2ParamsError)
    }

    /// The three costs. Any other parameter (`keyid`, `data`) makes the hash one we cannot check.
    pub(super) fn read(params: &ParamsString) -> Option<Self> {
        let cost = |name: &str| params.get_decimal(Ident::new(name).ok()?);
        let known = params.iter().count() == 3;
        let read = Self { memory_kib: cost("m")?, iterations: cost("t")?, parallelism: cost("p")? };
        known.then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s18_a_wrong_password_at_a_cheap_hash_costs_as_much_as_at_a_new_one() {
        let new = Argon2Params::default();
        let of = |memory_kib, iterations| Argon2Params { memory_kib, iterations, parallelism: 1 };
        for old in [of(19 * 1024, 1), of(4096, 3), of(64, 1), of(8, 1), of(12 * 1024, 3)] {
            let rest = new.beyond(old.work()).expect("something is missing");
            let together = old.work() + rest.work();
            assert!(together <= new.work() && new.work() - together < u64::from(new.iterations), "{old:?}");
            assert!(rest.memory_kib <= new.memory_kib, "no more memory than is configured: {rest:?}");
        }
        for enough in [new, of(64 * 1024, 1), of(19 * 1024, 5)] {
            assert_eq!(new.beyond(enough.work()), None);
        }
    }
}
