//! Sealing of stored secrets: AES-256-GCM with a random nonce and a bound context.
//!
//! Sealed bytes are `version (1) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use crate::Secret;

const VERSION: u8 = 1;

/// Sealed bytes did not open. It says no more, so that nothing can be learnt from trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed data does not open with this key and context")]
pub struct OpenError;

/// Encrypts and authenticates `plaintext`, bound to `context`.
///
/// The context (a table and row, say) is not stored: the same one must be given to [`open`], so
/// that sealed bytes moved elsewhere do not open there. Nonces are random, which is sound for up
/// to 2³² seals under one key (NIST SP 800-38D §8.3).
pub fn seal(key: &Secret<32>, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut body = plaintext.to_vec();
    let nonce = cipher(key)
        .seal_in_place_append_tag(Aad::from(context), &mut body)
        .expect("AES-GCM seals anything shorter than 64 GiB");
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&body);
    sealed
}

/// Opens what [`seal`] made with the same key and context.
///
/// # Errors
///
/// [`OpenError`] if the bytes are not a seal, were changed, or belong to another key or context.
pub fn open(key: &Secret<32>, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (&VERSION, rest) = sealed.split_first().ok_or(OpenError)? else { return Err(OpenError) };
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(OpenError)?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    let length = cipher(key)
        .open_in_place(Nonce::from(nonce), Aad::from(context), &mut plaintext)
        .map_err(|_| OpenError)?
        .len();
    plaintext.truncate(length);
    Ok(plaintext)
}

fn cipher(key: &Secret<32>) -> RandomizedNonceKey {
    RandomizedNonceKey::new(&AES_256_GCM, key.expose()).expect("AES-256 takes a key of 32 bytes")
}
