use authms_crypto::base62::{encode_u32, encode16};
use authms_crypto::{RefreshToken, Secret, derived_refresh_secret, hmac_sha256, sha256};

use crate::{random, single_mutations};

fn token() -> RefreshToken {
    RefreshToken { session: random(), generation: 41, secret: Secret::random() }
}

#[test]
fn a_token_reads_back_as_it_was_written() {
    let mac_key = Secret::random();
    for generation in [0, 1, 41, u32::MAX] {
        let token = RefreshToken { generation, ..token() };
        let text = token.format(&mac_key);
        assert_eq!(text.expose().len(), 3 + 22 + 6 + 43 + 22);
        let read = RefreshToken::parse(&mac_key, text.expose()).unwrap();
        assert_eq!((read.session, read.generation), (token.session, token.generation));
        assert_eq!(read.secret, token.secret);
    }
}

#[test]
fn the_tag_is_the_documented_hmac() {
    let (mac_key, token) = (Secret::random(), token());
    let mac = hmac_sha256(
        mac_key.expose(),
        &[&[b"refresh".as_slice(), &token.session, &[0, 0, 0, 41], token.secret.expose()].concat()],
    );
    let text = token.format(&mac_key);
    assert!(text.expose().ends_with(&encode16(mac.first_chunk().unwrap())));
}

#[test]
fn a_forged_refresh_tag_is_refused() {
    let (mac_key, token) = (Secret::random(), token());
    // Someone who knows a session's identifier, with a key, a tag or a secret of their own.
    let forged = RefreshToken { generation: 40, secret: Secret::random(), ..token.clone() };
    assert!(RefreshToken::parse(&mac_key, forged.format(&Secret::random()).expose()).is_none());
    let text = token.format(&mac_key);
    let body = &text.expose()[..text.expose().len() - 22];
    for tag in [[0; 16], [255; 16], random(), sha256(body.as_bytes())[..16].try_into().unwrap()] {
        assert!(RefreshToken::parse(&mac_key, &format!("{body}{}", encode16(&tag))).is_none());
    }
}

#[test]
fn an_issued_token_cannot_be_dated_back() {
    let mac_key = Secret::random();
    let text = token().format(&mac_key);
    assert!(text.expose().contains(&encode_u32(41)));
    let older = text.expose().replacen(&encode_u32(41), &encode_u32(40), 1);
    assert!(RefreshToken::parse(&mac_key, &older).is_none());
}

#[test]
fn every_single_character_mutation_is_refused() {
    let mac_key = Secret::random();
    let text = token().format(&mac_key);
    for mutant in single_mutations(text.expose()) {
        assert!(RefreshToken::parse(&mac_key, &mutant).is_none(), "{mutant}");
    }
}

#[test]
fn a_successor_is_the_same_each_time_and_depends_on_secret_and_salt() {
    let token = token();
    let next = token.successor(&[1; 16]);
    assert_eq!((next.session, next.generation), (token.session, 42));
    assert_eq!(next.secret, token.successor(&[1; 16]).secret);
    assert_ne!(next.secret, token.successor(&[2; 16]).secret);
    assert_ne!(next.secret, token.secret);
    let stranger = RefreshToken { secret: Secret::random(), ..token.clone() };
    assert_ne!(next.secret, stranger.successor(&[1; 16]).secret);
    assert!(!token.matches(&next.hash()) && next.matches(&next.hash()));
}

#[test]
fn the_last_generation_does_not_wrap_to_a_used_one() {
    let last = RefreshToken { generation: u32::MAX, ..token() };
    assert_eq!(last.successor(&[1; 16]).generation, u32::MAX);
}

#[test]
fn the_first_secret_depends_on_ticket_key_and_salt() {
    let ticket = Secret::random();
    let first = derived_refresh_secret(&ticket, "key-1", &[1; 16]);
    assert_eq!(first, derived_refresh_secret(&ticket, "key-1", &[1; 16]));
    assert_ne!(first, derived_refresh_secret(&ticket, "key-2", &[1; 16]));
    assert_ne!(first, derived_refresh_secret(&ticket, "", &[1; 16]));
    assert_ne!(first, derived_refresh_secret(&ticket, "key-1", &[2; 16]));
    assert_ne!(first, derived_refresh_secret(&Secret::random(), "key-1", &[1; 16]));
}
