//! Agreement with the RFCs' examples and with an independent implementation.

use authms_crypto::{Algorithm, Expect, Keyring, PublicJwk, SigningKey, VerifyingKey, verify};
use serde_json::{Value, json};

fn jwk(x: &str, y: &str, kid: &str) -> PublicJwk {
    serde_json::from_value(json!({
        "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": kid,
    }))
    .unwrap()
}

#[test]
fn the_thumbprint_is_that_of_rfc_9449() {
    // The key of the RFC 9449 §4.1 example and its RFC 7638 thumbprint, `jkt` in §6.1. Only the
    // right thumbprint is taken for an identifier.
    let (x, y) =
        ("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
    assert!(VerifyingKey::from_jwk(jwk(x, y, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")).is_ok());
    assert!(VerifyingKey::from_jwk(jwk(x, y, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J")).is_err());
}

#[test]
fn jsonwebtoken_reads_our_tokens() {
    let key = SigningKey::generate(Algorithm::Es256);
    let claims = json!({ "iss": "https://id.example", "aud": "api", "exp": 4_000_000_000u32, "iat": 1 });
    let token = key.sign_jwt("at+jwt", &claims).unwrap();

    let published = serde_json::to_value(Keyring::new(key, Vec::new()).jwks()).unwrap();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(published).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let found = set.find(header.kid.as_deref().unwrap()).unwrap();
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(found.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), header.kid.unwrap());

    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&["api"]);
    rules.set_issuer(&["https://id.example"]);
    let decoding = jsonwebtoken::DecodingKey::from_jwk(found).unwrap();
    let read = jsonwebtoken::decode::<Value>(&token, &decoding, &rules).unwrap();
    assert_eq!(read.claims, claims);
}

#[test]
fn we_read_tokens_that_jsonwebtoken_signs_with_our_key() {
    let key = SigningKey::generate(Algorithm::Es256);
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.kid = Some(key.kid().to_owned());
    header.typ = Some("at+jwt".to_owned());
    let claims = json!({ "iss": "https://id.example", "aud": "api", "exp": 2_000, "iat": 1_000 });
    let encoding = jsonwebtoken::EncodingKey::from_ec_der(&key.pkcs8());
    let token = jsonwebtoken::encode(&header, &claims, &encoding).unwrap();

    let expect =
        Expect { typ: "at+jwt", issuer: "https://id.example", audience: Some("api"), now: 1_500, leeway: 60 };
    assert_eq!(verify::<Value>(&Keyring::new(key, Vec::new()), &token, &expect), Ok(claims));
}

#[test]
fn a_stored_key_is_the_same_key() {
    let key = SigningKey::generate(Algorithm::Es256);
    let read = SigningKey::from_pkcs8(Algorithm::Es256, &key.pkcs8()).unwrap();
    assert_eq!((read.kid(), read.jwk()), (key.kid(), key.jwk()));
    assert_eq!(serde_json::to_value(key.algorithm()).unwrap(), "ES256");
    assert_eq!(key.algorithm().to_string(), "ES256");
    assert_ne!(SigningKey::generate(Algorithm::Es256).kid(), key.kid());
}

#[test]
fn a_ring_publishes_each_key_once_and_verifies_the_retired() {
    let generate = || SigningKey::generate(Algorithm::Es256);
    let again = |key: &SigningKey| SigningKey::from_pkcs8(Algorithm::Es256, &key.pkcs8()).unwrap();
    let (active, retired) = (generate(), generate());
    let claims = json!({ "iss": "i", "exp": 2_000, "iat": 1_000 });
    let token = retired.sign_jwt("at+jwt", &claims).unwrap();
    let kids = [active.kid().to_owned(), retired.kid().to_owned()];

    let others = vec![again(&retired), again(&active), retired];
    let ring = Keyring::new(active, others);
    let published: Vec<_> = ring.jwks().keys.into_iter().map(|key| key.kid).collect();
    assert_eq!(published, kids);
    assert_eq!(ring.active().kid(), kids[0]);
    assert!(kids.iter().all(|kid| ring.find(kid).is_some_and(|key| key.kid() == kid)));

    let expect = Expect { typ: "at+jwt", issuer: "i", audience: None, now: 1_500, leeway: 0 };
    assert_eq!(verify::<Value>(&ring, &token, &expect), Ok(claims));
}
