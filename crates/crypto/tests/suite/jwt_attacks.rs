//! Attacks on token verification. Every forged token here differs from one that passes in a
//! single respect, and is signed with our own key wherever the attack allows it, so that nothing
//! but the rule under test can refuse it.

use std::fmt::Write;

use authms_crypto::{
    Algorithm, Expect, Keyring, PublicJwk, PublicKey, SigningKey, VerifyError, VerifyingKey, verify,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};

use crate::single_mutations;

const NOW: i64 = 1_800_000_000;
const EXPECT: Expect<'_> =
    Expect { typ: "at+jwt", issuer: "https://id.example", audience: Some("api"), now: NOW, leeway: 60 };

/// A ring, and its active key once more to sign forgeries with.
struct Forge {
    ring: Keyring,
    pair: EcdsaKeyPair,
    kid: String,
}

impl Forge {
    fn new() -> Self {
        let key = SigningKey::generate(Algorithm::Es256);
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8()).unwrap();
        Self { kid: key.kid().to_owned(), ring: Keyring::new(key, Vec::new()), pair }
    }

    fn header(&self) -> Value {
        json!({ "alg": "ES256", "kid": self.kid, "typ": "at+jwt" })
    }

    /// A token of exactly these texts, with a good signature of our key.
    fn sign(&self, header: &str, payload: &str) -> String {
        sign_with(&self.pair, header, payload)
    }

    fn verify(&self, token: &str) -> Result<Value, VerifyError> {
        verify(&self.ring, token, &EXPECT)
    }

    fn verify_claims(&self, claims: &Value, expect: &Expect<'_>) -> Result<Value, VerifyError> {
        verify(&self.ring, &self.sign(&self.header().to_string(), &claims.to_string()), expect)
    }
}

fn sign_with(pair: &EcdsaKeyPair, header: &str, payload: &str) -> String {
    let mut token = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
    let signature = pair.sign(&aws_lc_rs::rand::SystemRandom::new(), token.as_bytes()).unwrap();
    write!(token, ".{}", BASE64URL.encode(signature)).unwrap();
    token
}

fn claims() -> Value {
    json!({ "iss": "https://id.example", "aud": "api", "iat": NOW - 10, "exp": NOW + 290, "sub": "u1" })
}

/// `base` with one member set, or taken out if the value is `None`.
fn with(mut base: Value, name: &str, value: Option<Value>) -> Value {
    let members = base.as_object_mut().unwrap();
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
    base
}

#[test]
fn a_good_token_passes_and_gives_its_claims() {
    let forge = Forge::new();
    let token = forge.ring.active().sign_jwt("at+jwt", &claims()).unwrap();
    assert_eq!(forge.verify(&token), Ok(claims()));
    assert_eq!(forge.verify_claims(&claims(), &EXPECT), Ok(claims()));
}

#[test]
fn s36_alg_none_hs256_over_public_key_and_embedded_keys_are_refused() {
    let forge = Forge::new();
    let payload = claims().to_string();

    for alg in ["none", "None", "NONE", ""] {
        let header = with(forge.header(), "alg", Some(json!(alg))).to_string();
        let signed = forge.sign(&header, &payload);
        let (message, _) = signed.rsplit_once('.').unwrap();
        for token in [&signed, message, &format!("{message}.")] {
            assert_eq!(forge.verify(token), Err(VerifyError::Invalid), "alg {alg:?}");
        }
    }

    let jwk = forge.ring.active().jwk();
    let PublicKey::Ec { x, y, .. } = &jwk.key else { panic!("{jwk:?}") };
    let point: Vec<u8> = [vec![4], BASE64URL.decode(x).unwrap(), BASE64URL.decode(y).unwrap()].concat();
    let published = serde_json::to_vec(&forge.ring.jwks()).unwrap();
    let header = with(forge.header(), "alg", Some(json!("HS256"))).to_string();
    let message = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(&payload));
    for public in [point, published, serde_json::to_vec(&jwk).unwrap(), x.as_bytes().to_vec()] {
        let tag = authms_crypto::hmac_sha256(&public, &[message.as_bytes()]);
        let token = format!("{message}.{}", BASE64URL.encode(tag));
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
    }

    let attacker = Forge::new();
    let embedded = serde_json::to_value(attacker.ring.active().jwk()).unwrap();
    let members = [
        ("jwk", embedded),
        ("jwk", Value::Null),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("abc")),
        ("x5t#S256", json!("abc")),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
    ];
    for (name, value) in members {
        let header = with(forge.header(), name, Some(value)).to_string();
        for pair in [&forge.pair, &attacker.pair] {
            let token = sign_with(pair, &header, &payload);
            assert_eq!(forge.verify(&token), Err(VerifyError::Invalid), "{header}");
        }
    }
    // And without any such member the attacker's signature under our name is worth nothing.
    let token = attacker.sign(&forge.header().to_string(), &payload);
    assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
}

#[test]
fn s37_wrong_typ_is_refused() {
    let forge = Forge::new();
    for typ in ["JWT", "jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "id+jwt", "", "logout+jwt"] {
        let token = forge.ring.active().sign_jwt(typ, &claims()).unwrap();
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid), "typ {typ:?}");
    }
    for typ in [None, Some(Value::Null), Some(json!(["at+jwt"])), Some(json!(1))] {
        let token = forge.sign(&with(forge.header(), "typ", typ).to_string(), &claims().to_string());
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
    }
}

#[test]
fn s38_foreign_issuer_or_audience_is_refused() {
    let forge = Forge::new();
    let refused = |name, value: Option<Value>| {
        let claims = with(claims(), name, value);
        assert_eq!(forge.verify_claims(&claims, &EXPECT), Err(VerifyError::Invalid), "{claims}");
    };
    for issuer in ["https://evil.example", "https://id.example/", "https://ID.example", "id.example", ""] {
        refused("iss", Some(json!(issuer)));
    }
    refused("iss", None);
    refused("iss", Some(Value::Null));
    refused("iss", Some(json!(["https://id.example"])));

    for audience in [json!("other"), json!("api2"), json!("API"), json!(""), json!([]), json!(["other"])] {
        refused("aud", Some(audience));
    }
    refused("aud", None);
    refused("aud", Some(Value::Null));
    refused("aud", Some(json!({ "api": "api" })));
    refused("aud", Some(json!(["api", 1])));

    let several = with(claims(), "aud", Some(json!(["other", "api"])));
    assert!(forge.verify_claims(&several, &EXPECT).is_ok());
    let unchecked = Expect { audience: None, ..EXPECT };
    let other = with(claims(), "aud", Some(json!("other")));
    assert!(forge.verify_claims(&other, &unchecked).is_ok());
}

#[test]
fn s39_exp_nbf_wrong_types_are_refused() {
    let forge = Forge::new();
    for claim in ["exp", "iat", "nbf"] {
        let right = claims().get(claim).and_then(Value::as_i64).unwrap_or(NOW);
        let whole_fraction = serde_json::from_str(&format!("{right}.0")).unwrap();
        let wrong = [
            json!(right.to_string()),
            Value::Null,
            json!(right as f64 + 0.5),
            whole_fraction,
            json!(1e300),
            json!(u64::MAX),
            json!(true),
            json!([right]),
            json!({ "seconds": right }),
        ];
        assert!(forge.verify_claims(&with(claims(), claim, Some(json!(right))), &EXPECT).is_ok());
        for value in wrong {
            let claims = with(claims(), claim, Some(value));
            assert_eq!(forge.verify_claims(&claims, &EXPECT), Err(VerifyError::Invalid), "{claims}");
        }
    }
    for claim in ["exp", "iat"] {
        let claims = with(claims(), claim, None);
        assert_eq!(forge.verify_claims(&claims, &EXPECT), Err(VerifyError::Invalid), "no {claim}");
    }
    // Twice the same claim: readers differ in which of them they take.
    let twice = claims().to_string().replacen('{', r#"{"exp":1,"#, 1);
    let token = forge.sign(&forge.header().to_string(), &twice);
    assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
}

#[test]
fn s41_weak_or_short_key_is_refused() {
    let refused = |pkcs8: &[u8]| assert!(SigningKey::from_pkcs8(Algorithm::Es256, pkcs8).is_err());
    let good = SigningKey::generate(Algorithm::Es256).pkcs8();
    assert!(SigningKey::from_pkcs8(Algorithm::Es256, &good).is_ok());
    for length in 0..good.len() {
        refused(&good[..length]);
    }
    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    refused(p384.to_pkcs8v1().unwrap().as_ref());
    refused(&SigningKey::generate(Algorithm::Rs256).pkcs8());
    refused(Ed25519KeyPair::generate().unwrap().to_pkcs8().unwrap().as_ref());

    // A private scalar of zero, and halves that do not belong together.
    let at = good.windows(2).position(|window| window == [4, 32]).unwrap() + 2;
    let mut zero = good.to_vec();
    zero[at..at + 32].fill(0);
    refused(&zero);
    let mut mixed = good.to_vec();
    mixed[at + 31] ^= 1;
    refused(&mixed);

    let jwk = SigningKey::generate(Algorithm::Es256).jwk();
    assert!(VerifyingKey::from_jwk(jwk.clone()).is_ok());
    let other = SigningKey::generate(Algorithm::Es256).jwk();
    let PublicKey::Ec { x, y, .. } = jwk.key.clone() else { panic!("{jwk:?}") };
    let PublicKey::Ec { x: other_x, .. } = other.key else { panic!("{jwk:?}") };
    let (curve, zero) = ("P-256".to_owned(), BASE64URL.encode([0; 32]));
    let wrong = [
        PublicKey::Ec { crv: curve.clone(), x: other_x.clone(), y: y.clone() },
        PublicKey::Ec { crv: curve.clone(), x: x[..42].to_owned(), y: y.clone() },
        PublicKey::Ec { crv: curve.clone(), x: x.clone(), y: format!("{y}AA") },
        PublicKey::Ec { crv: curve.clone(), x: zero.clone(), y: zero },
        PublicKey::Ec { crv: "P-384".to_owned(), x: x.clone(), y: y.clone() },
        PublicKey::Okp { crv: curve, x },
    ];
    for key in wrong {
        assert!(VerifyingKey::from_jwk(PublicJwk { key: key.clone(), ..jwk.clone() }).is_err(), "{key:?}");
    }
    let wrong = [
        PublicJwk { public_key_use: "enc".to_owned(), ..jwk.clone() },
        PublicJwk { alg: Algorithm::Rs256, ..jwk.clone() },
        PublicJwk { kid: other.kid, ..jwk.clone() },
    ];
    for jwk in wrong {
        assert!(VerifyingKey::from_jwk(jwk.clone()).is_err(), "{jwk:?}");
    }
    let mut oct = serde_json::to_value(&jwk).unwrap();
    oct["kty"] = json!("oct");
    assert!(serde_json::from_value::<PublicJwk>(oct).is_err());
    // Off the curve, though named by the thumbprint of just these coordinates.
    let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{other_x}","y":"{y}"}}"#);
    let kid = BASE64URL.encode(authms_crypto::sha256(thumbprint.as_bytes()));
    let key = PublicKey::Ec { crv: "P-256".to_owned(), x: other_x, y };
    assert!(VerifyingKey::from_jwk(PublicJwk { key, kid, ..jwk }).is_err());
}

#[test]
fn s42_leeway_is_60_seconds_and_no_more() {
    let forge = Forge::new();
    let at = |claim, time: i64, leeway| {
        let claims = with(claims(), claim, Some(json!(time)));
        forge.verify_claims(&claims, &Expect { leeway, ..EXPECT }).map(|_| ())
    };
    assert_eq!(at("exp", NOW - 59, 60), Ok(()));
    assert_eq!(at("exp", NOW - 60, 60), Err(VerifyError::Expired));
    assert_eq!(at("exp", NOW + 1, 0), Ok(()));
    assert_eq!(at("exp", NOW, 0), Err(VerifyError::Expired));
    assert_eq!(at("nbf", NOW + 60, 60), Ok(()));
    assert_eq!(at("nbf", NOW + 61, 60), Err(VerifyError::Invalid));
    assert_eq!(at("nbf", NOW, 0), Ok(()));
    assert_eq!(at("nbf", NOW + 1, 0), Err(VerifyError::Invalid));
    // The ends of the number line neither panic nor wrap round.
    assert_eq!(at("exp", i64::MIN, 60), Err(VerifyError::Expired));
    assert_eq!(at("exp", i64::MAX, u64::MAX), Ok(()));
    assert_eq!(at("nbf", i64::MAX, 60), Err(VerifyError::Invalid));
}

#[test]
fn p24_alg_comes_from_the_key() {
    let forge = Forge::new();
    assert!(forge.verify(&forge.sign(&forge.header().to_string(), &claims().to_string())).is_ok());
    for alg in ["ES384", "ES512", "RS256", "PS256", "HS256", "EdDSA", "es256", "ES256 ", "ES256K"] {
        let header = with(forge.header(), "alg", Some(json!(alg))).to_string();
        let token = forge.sign(&header, &claims().to_string());
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid), "alg {alg}");
    }
    for alg in [None, Some(Value::Null), Some(json!(["ES256"]))] {
        let token = forge.sign(&with(forge.header(), "alg", alg).to_string(), &claims().to_string());
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
    }
}

#[test]
fn a_hostile_kid_is_just_not_found() {
    let forge = Forge::new();
    let long = "A".repeat(4_000);
    for kid in ["../../etc/passwd", "/dev/null", "' OR 1=1 --", "", "\0", "%00", &long, &forge.kid[..42]] {
        let header = with(forge.header(), "kid", Some(json!(kid))).to_string();
        let token = forge.sign(&header, &claims().to_string());
        assert_eq!(forge.verify(&token), Err(VerifyError::UnknownKey), "kid {kid:?}");
    }
    for kid in [None, Some(Value::Null), Some(json!(7)), Some(json!([forge.kid]))] {
        let token = forge.sign(&with(forge.header(), "kid", kid).to_string(), &claims().to_string());
        assert_eq!(forge.verify(&token), Err(VerifyError::Invalid));
    }
    let stranger = Forge::new();
    let token = stranger.sign(&stranger.header().to_string(), &claims().to_string());
    assert_eq!(forge.verify(&token), Err(VerifyError::UnknownKey));
}

#[test]
fn an_overlong_token_is_refused_unread() {
    let forge = Forge::new();
    let padded = |length: usize| {
        let claims = with(claims(), "pad", Some(json!("x".repeat(length))));
        forge.sign(&forge.header().to_string(), &claims.to_string())
    };
    let (fits, too_long) = (padded(5_700), padded(6_100));
    assert!(fits.len() <= authms_crypto::MAX_TOKEN_BYTES && authms_crypto::MAX_TOKEN_BYTES < too_long.len());
    assert!(forge.verify(&fits).is_ok());
    assert_eq!(forge.verify(&too_long), Err(VerifyError::Invalid));
}

#[test]
fn every_single_character_mutation_is_refused() {
    let forge = Forge::new();
    let token = forge.ring.active().sign_jwt("at+jwt", &claims()).unwrap();
    for mutant in single_mutations(&token) {
        assert!(forge.verify(&mutant).is_err(), "{mutant}");
    }
}

#[test]
fn other_forms_are_refused() {
    let forge = Forge::new();
    let token = forge.sign(&forge.header().to_string(), &claims().to_string());
    let (header, payload) = (forge.header().to_string(), claims().to_string());
    let fields = json!(["ES256", forge.kid, "at+jwt"]).to_string();
    let values = json!(["https://id.example", NOW + 290, NOW, NOW, "api"]).to_string();
    let texts = [
        String::new(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        format!(".{token}"),
        format!("{token}."),
        format!("{token}.e30"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}="),
        forge.sign(&fields, &payload),
        forge.sign(&header, &values),
        forge.sign(&format!(" {header}"), &payload),
        forge.sign(&format!("{header}{header}"), &payload),
        forge.sign(&header, &format!("{payload}{payload}")),
        forge.sign(&header.replacen('{', r#"{"alg":"ES256","#, 1), &payload),
        forge.sign(&header, "null"),
        forge.sign(&header, ""),
    ];
    assert!(forge.verify(&token).is_ok());
    for text in texts {
        assert_eq!(forge.verify(&text), Err(VerifyError::Invalid), "{text}");
    }
}

#[test]
fn claims_of_another_shape_than_asked_for_are_refused() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Wanted {
        scope: String,
    }
    let forge = Forge::new();
    let token = forge.sign(&forge.header().to_string(), &claims().to_string());
    assert_eq!(verify::<Wanted>(&forge.ring, &token, &EXPECT), Err(VerifyError::Invalid));
}
