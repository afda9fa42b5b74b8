//! scrypt (RFC 7914): `$scrypt$ln=16,r=8,p=1$salt$hash` in base64 without padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use scrypt::Params;

use super::imported::ImportError;
use crate::ct_eq;

/// Blocks of 128 bytes: in memory at once (128 MiB), and in all.
const MAX_MEMORY: u64 = 1 << 20;
const MAX_WORK: u64 = 1 << 22;

/// What scrypt costs.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    log_n: u8,
    r: u32,
    p: u32,
}

impl Cost {
    pub(super) fn new(log_n: u32, r: u32, p: u32) -> Result<Self, ImportError> {
        if log_n == 0 || r == 0 || p == 0 {
            return Err(ImportError::Malformed);
        }
        let memory = 1_u64.checked_shl(log_n).and_then(|n| n.checked_mul(r.into()));
        let memory = memory.filter(|m| log_n < 32 && *m <= MAX_MEMORY).ok_or(ImportError::TooCostly)?;
        if memory.saturating_mul(p.into()) > MAX_WORK {
            return Err(ImportError::TooCostly);
        }
        Ok(Self { log_n: log_n as u8, r, p })
    }

    pub(super) fn derive(self, password: &[u8], salt: &[u8], output: &mut [u8]) -> Option<()> {
        let params = Params::new(self.log_n, self.r, self.p).ok()?;
        scrypt::scrypt(password, salt, &params, output).ok()
    }

    pub(super) fn work(self) -> u64 {
        (u64::from(self.r) << self.log_n) * u64::from(self.p) * 7 / 10
    }
}

pub(super) struct Scrypt {
    cost: Cost,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Scrypt {
    /// Reads what follows `$scrypt$`.
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let malformed = ImportError::Malformed;
        let [cost, salt, hash] = fields(text).ok_or(malformed)?;
        let [log_n, r, p] = numbers(cost, ["ln", "r", "p"]).ok_or(malformed)?;
        let decode = |text: &str| STANDARD_NO_PAD.decode(text).map_err(|_| malformed);
        let (salt, hash) = (decode(salt)?, decode(hash)?);
        if !(16..=64).contains(&hash.len()) {
            return Err(malformed);
        }
        Ok(Self { cost: Cost::new(log_n, r, p)?, salt, hash })
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut output = vec![0; self.hash.len()];
        self.cost.derive(password, &self.salt, &mut output).is_some() && ct_eq(&output, &self.hash)
    }

    pub(super) fn work(&self) -> u64 {
        self.cost.work()
    }
}

/// The fields between dollar signs, if they are so many.
pub(super) fn fields<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split('$').collect::<Vec<_>>().try_into().ok()
}

/// Numbers of these names, in their order: `r=8,p=1`.
pub(super) fn numbers<const N: usize>(text: &str, names: [&str; N]) -> Option<[u32; N]> {
    let parts: [&str; N] = text.split(',').collect::<Vec<_>>().try_into().ok()?;
    let mut values = [0; N];
    for ((value, part), name) in values.iter_mut().zip(parts).zip(names) {
        *value = part.strip_prefix(name)?.strip_prefix('=')?.parse().ok()?;
    }
    Some(values)
}
