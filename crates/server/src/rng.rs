//! The operating system's randomness.

use authms_core::ports::Rng;

/// The operating system's cryptographic generator.
#[derive(Clone, Copy, Debug)]
pub struct OsRng;

impl Rng for OsRng {
    fn fill(&self, buffer: &mut [u8]) {
        authms_crypto::fill_random(buffer);
    }
}
