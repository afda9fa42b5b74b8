use authms_crypto::{OpaqueToken, Secret, sha256};

use crate::{random, single_mutations};

#[test]
fn a_token_reads_back_as_it_was_written() {
    for _ in 0..200 {
        let token = OpaqueToken::generate(random());
        let text = token.format("tkt_");
        assert_eq!(text.expose().len(), 4 + 22 + 43 + 6);
        let read = OpaqueToken::parse("tkt_", text.expose()).unwrap();
        assert_eq!((read.id, &read.secret), (token.id, &token.secret));
    }
}

#[test]
fn two_tokens_of_one_record_have_different_secrets() {
    let (a, b) = (OpaqueToken::generate([1; 16]), OpaqueToken::generate([1; 16]));
    assert_ne!(a.secret, b.secret);
    assert!(!a.matches(&b.hash()));
}

#[test]
fn every_single_character_mutation_is_refused() {
    let token = OpaqueToken { id: random(), secret: Secret::new(random()) };
    let text = token.format("tkt_");
    for mutant in single_mutations(text.expose()) {
        assert!(OpaqueToken::parse("tkt_", &mutant).is_none(), "{mutant}");
    }
}

#[test]
fn the_checksum_covers_the_prefix() {
    let text = OpaqueToken::generate(random()).format("tkt_");
    let renamed = text.expose().replacen("tkt_", "key_", 1);
    assert!(OpaqueToken::parse("key_", &renamed).is_none());
    assert!(OpaqueToken::parse("tk", text.expose()).is_none());
}

#[test]
fn other_lengths_are_refused() {
    let text = OpaqueToken::generate(random()).format("tkt_");
    let text = text.expose();
    for length in 0..text.len() {
        assert!(OpaqueToken::parse("tkt_", &text[..length]).is_none());
    }
    for longer in [format!("{text}0"), format!(" {text}"), format!("{text}\n"), format!("tkt_{text}")] {
        assert!(OpaqueToken::parse("tkt_", &longer).is_none());
    }
    assert!(OpaqueToken::parse("tkt_", &format!("tkt_{}", "\u{1f512}".repeat(18))).is_none());
}

#[test]
fn a_numeric_overflow_under_a_good_checksum_is_refused() {
    let body = format!("tkt_{}{}", "z".repeat(22), "0".repeat(43));
    let checksum = authms_crypto::base62::encode_u32(crc32(body.as_bytes()));
    assert!(OpaqueToken::parse("tkt_", &format!("{body}{checksum}")).is_none());
    let body = format!("tkt_{}{}", "0".repeat(22), "0".repeat(43));
    let checksum = authms_crypto::base62::encode_u32(crc32(body.as_bytes()));
    assert!(OpaqueToken::parse("tkt_", &format!("{body}{checksum}")).is_some());
}

#[test]
fn the_stored_hash_is_sha256_of_the_secret_and_only_it_matches() {
    let token = OpaqueToken { id: [0; 16], secret: Secret::new([9; 32]) };
    assert_eq!(token.hash(), sha256(&[9; 32]));
    assert!(token.matches(&token.hash()));
    for byte in 0..32 {
        let mut other = token.hash();
        other[byte] ^= 1;
        assert!(!token.matches(&other));
    }
}

/// CRC-32 as scanners compute it (ISO 3309, as in zip and gzip), bit by bit.
fn crc32(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
        }
    }
    !crc
}
