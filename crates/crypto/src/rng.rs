//! Randomness.

/// Fills `buf` from the operating system's cryptographic generator.
///
/// # Panics
///
/// If the system yields no randomness. Nothing safe can be done without it, and an error that a
/// caller might ignore would be worse than stopping.
pub fn fill_random(buf: &mut [u8]) {
    aws_lc_rs::rand::fill(buf).expect("the operating system's random generator failed");
}
