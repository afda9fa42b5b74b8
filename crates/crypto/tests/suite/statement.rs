//! Signed statements, and keys that are made of a seed.

use authms_crypto::{Algorithm, Secret, SigningKey, VerifyError, VerifyingKey, statement};
use serde_json::{Value, json};

const TYP: &str = "audit-head+jwt";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&Secret::new([seed; 32]))
}

fn public(key: &SigningKey) -> VerifyingKey {
    VerifyingKey::from_jwk(key.jwk()).unwrap()
}

#[test]
fn a_seed_gives_the_key_that_rfc_8032_says() {
    let seed = super::hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let jwk = serde_json::to_value(SigningKey::from_seed(&Secret::new(seed)).jwk()).unwrap();
    // RFC 8037 appendix A.1 has the same key as RFC 8032 §7.1.
    assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    assert_eq!(jwk["kid"], "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_statement_holds_for_its_key_and_type_alone() {
    let said = json!({ "log": "a", "size": 7 });
    let text = key(1).sign_jwt(TYP, &said).unwrap();
    assert_eq!(statement::<Value>(&public(&key(1)), TYP, &text), Ok(said));
    assert_eq!(statement::<Value>(&public(&key(2)), TYP, &text), Err(VerifyError::UnknownKey));
    assert_eq!(statement::<Value>(&public(&key(1)), "at+jwt", &text), Err(VerifyError::Invalid));
    let es256 = SigningKey::generate(Algorithm::Es256);
    assert_eq!(statement::<Value>(&public(&es256), TYP, &text), Err(VerifyError::UnknownKey));
}

#[test]
fn a_statement_that_was_changed_anywhere_does_not_hold() {
    let text = key(1).sign_jwt(TYP, &json!({ "size": 7 })).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(statement::<Value>(&public(&key(1)), TYP, &changed).is_err(), "{at}");
    }
    assert!(statement::<Value>(&public(&key(1)), TYP, &"a".repeat(9000)).is_err());
    assert!(statement::<Value>(&public(&key(1)), TYP, "").is_err());
}
