use authms_crypto::{OpenError, Secret, ct_eq, hkdf_sha256, hmac_sha256, open, pkce_s256, seal, sha256};

use crate::{hex, random};

#[test]
fn sha256_gives_the_fips_180_example() {
    let expected = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(sha256(b"abc"), expected);
}

#[test]
fn hmac_gives_rfc_4231_case_2_however_the_data_is_split() {
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(hmac_sha256(b"Jefe", &[b"what do ya want for nothing?"]), expected);
    assert_eq!(hmac_sha256(b"Jefe", &[b"what do ya ", b"", b"want for nothing?"]), expected);
}

#[test]
fn hkdf_gives_the_start_of_rfc_5869_case_1() {
    let salt: [u8; 13] = hex("000102030405060708090a0b0c");
    let info: [u8; 10] = hex("f0f1f2f3f4f5f6f7f8f9");
    // The case asks for 42 bytes; HKDF's shorter outputs are prefixes of its longer ones.
    let expected = hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    assert_eq!(hkdf_sha256(&[0x0b; 22], &salt, &info).expose(), &expected);
}

#[test]
fn hkdf_gives_the_start_of_rfc_5869_case_3_without_salt_and_info() {
    let expected = hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    assert_eq!(hkdf_sha256(&[0x0b; 22], b"", b"").expose(), &expected);
}

#[test]
fn pkce_gives_rfc_7636_appendix_b() {
    let challenge = pkce_s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn comparison_sees_every_byte_and_the_length() {
    assert!(ct_eq(b"", b"") && ct_eq(b"abc", b"abc"));
    for other in [b"xbc".as_slice(), b"axc", b"abx", b"ab", b"abcd", b""] {
        assert!(!ct_eq(b"abc", other));
    }
}

#[test]
fn what_is_sealed_opens() {
    let key = Secret::random();
    for length in [0, 1, 16, 1000] {
        let plaintext = vec![7; length];
        let sealed = seal(&key, b"signing_keys/1", &plaintext);
        assert_eq!(sealed.len(), 1 + 12 + length + 16);
        assert_eq!(*open(&key, b"signing_keys/1", &sealed).unwrap(), plaintext);
    }
}

#[test]
fn a_seal_opens_only_unchanged_with_its_key_and_context() {
    let key = Secret::new(random());
    let sealed = seal(&key, b"row 1", b"secret");
    assert_eq!(open(&key, b"row 2", &sealed), Err(OpenError));
    assert_eq!(open(&Secret::random(), b"row 1", &sealed), Err(OpenError));
    for at in 0..sealed.len() {
        assert_eq!(open(&key, b"row 1", &sealed[..at]), Err(OpenError));
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(open(&key, b"row 1", &changed), Err(OpenError), "byte {at}");
    }
}

#[test]
fn sealing_twice_uses_two_nonces() {
    let key = Secret::random();
    let (a, b) = (seal(&key, b"", b"secret"), seal(&key, b"", b"secret"));
    assert_ne!(a[1..13], b[1..13]);
    assert_ne!(a[13..], b[13..]);
}
