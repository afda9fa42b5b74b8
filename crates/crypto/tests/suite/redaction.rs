use std::fmt::Debug;

use authms_crypto::base62::encode32;
use authms_crypto::{
    Algorithm, Hasher, Keyring, MasterKey, OpaqueToken, RefreshToken, Secret, SecretString, SigningKey, seal,
};
use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Fails if `value` prints any eight consecutive bytes of `secret` in a usual notation.
fn assert_hides(value: &dyn Debug, secret: &[u8; 32]) {
    let shown = format!("{value:?} {value:#?}").replace([' ', '\n'], "").to_lowercase();
    let numbers = |part: &[u8]| part.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    let hex = |part: &[u8]| part.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for part in secret.chunks(8) {
        assert!(!shown.contains(&numbers(part)), "{shown}");
        assert!(!shown.contains(&hex(part)), "{shown}");
    }
    let whole = [URL_SAFE_NO_PAD.encode(secret), STANDARD_NO_PAD.encode(secret), encode32(secret)];
    for text in whole {
        assert!(!shown.contains(&text.to_lowercase()), "{shown}");
    }
}

#[test]
fn secrets_do_not_show_in_debug() {
    let bytes: [u8; 32] = std::array::from_fn(|at| 0xA0 + at as u8);
    let secret = Secret::new(bytes);
    let token = OpaqueToken { id: [1; 16], secret: secret.clone() };
    let refresh = RefreshToken { session: [1; 16], generation: 1, secret: secret.clone() };
    let master = MasterKey::parse(&URL_SAFE_NO_PAD.encode(bytes)).unwrap();
    let texts = [token.format("tkt_"), refresh.format(&secret), master.to_text()];
    let values: [&dyn Debug; 5] = [&secret, &token, &refresh, &master, &texts];
    for value in values {
        assert_hides(value, &bytes);
    }
    assert_eq!(format!("{secret:?}"), "[redacted]");
    assert_eq!(format!("{:?}", SecretString::from("hunter2".to_owned())), "[redacted]");
}

#[test]
fn private_keys_do_not_show_in_debug_or_json() {
    let key = SigningKey::generate(Algorithm::Es256);
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8()).unwrap();
    let scalar: [u8; 32] = pair.private_key().as_be_bytes().unwrap().as_ref().try_into().unwrap();
    assert!(key.pkcs8().windows(32).any(|window| window == scalar));
    assert_hides(&key, &scalar);

    let jwk = serde_json::to_value(key.jwk()).unwrap();
    let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_hides(&Keyring::new(key, Vec::new()), &scalar);
}

#[test]
fn errors_do_not_repeat_what_was_refused() {
    let text = "correct horse battery staple, not a master key";
    let error = MasterKey::parse(text).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("horse"));
    let error = SigningKey::from_pkcs8(Algorithm::Es256, b"horse").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("horse"));
}

#[test]
fn sealed_bytes_and_hashes_do_not_contain_the_secret() {
    let sealed = seal(&Secret::random(), b"row", &[0xAB; 32]);
    assert!(!sealed.windows(8).any(|window| window == [0xAB; 8]));
    let params = authms_crypto::Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
    let phc = Hasher::new(params, authms_crypto::Peppers::default()).hash(b"hunter2", &[0; 16]);
    assert!(!phc.contains("hunter2"));
}
