//! The tests of `authms-crypto`, in one binary so that it is linked once.
#![allow(clippy::unwrap_used)]

mod algorithms;
mod base62;
mod imported;
mod jwt_attacks;
mod jwt_interop;
mod master;
mod merkle;
mod password;
mod pepper;
mod primitives;
mod redaction;
mod refresh;
mod statement;
mod tls;
mod token;
mod webauthn;

/// `N` random bytes.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    authms_crypto::fill_random(&mut bytes);
    bytes
}

/// The bytes of a hexadecimal text.
fn hex<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}

/// Every text that differs from `text` in one character, that character becoming a neighbour in
/// each of the alphabets in use or something outside all of them.
fn single_mutations(text: &str) -> Vec<String> {
    let mut mutants = Vec::new();
    for (at, original) in text.char_indices() {
        for replacement in "0189AZaz_-.= \u{e9}".chars().filter(|other| *other != original) {
            let mut mutant = text.to_owned();
            mutant.replace_range(at..at + original.len_utf8(), &replacement.to_string());
            mutants.push(mutant);
        }
    }
    mutants
}
