//! Several algorithms side by side: each key is good for its own, whatever a header says.

use authms_crypto::{
    Algorithm, Expect, Keyring, PublicJwk, PublicKey, SigningKey, VerifyError, VerifyingKey, verify,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};
use std::sync::LazyLock;

const EXPECT: Expect<'_> =
    Expect { typ: "at+jwt", issuer: "https://id.example", audience: Some("api"), now: 1_500, leeway: 0 };

/// An RSA key takes a while to find, and each test needs one.
static RSA: LazyLock<Vec<u8>> = LazyLock::new(|| SigningKey::generate(Algorithm::Rs256).pkcs8().to_vec());

fn key(algorithm: Algorithm) -> SigningKey {
    match algorithm {
        Algorithm::Rs256 => SigningKey::from_pkcs8(algorithm, &RSA).unwrap(),
        _ => SigningKey::generate(algorithm),
    }
}

fn again(key: &SigningKey) -> SigningKey {
    SigningKey::from_pkcs8(key.algorithm(), &key.pkcs8()).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "https://id.example", "aud": "api", "exp": 2_000, "iat": 1_000 })
}

/// A signature by `key` of its own algorithm under any header.
fn sign(key: &SigningKey, header: &Value) -> String {
    let message =
        format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims().to_string()));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &foreign_signer(key), foreign(key.algorithm()));
    format!("{message}.{}", signature.unwrap())
}

fn foreign(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    algorithm.as_str().parse().unwrap()
}

/// The other library's form of our key; of RSA it takes the inner document only.
fn foreign_signer(key: &SigningKey) -> jsonwebtoken::EncodingKey {
    let pkcs8 = key.pkcs8();
    match key.algorithm() {
        Algorithm::Es256 => jsonwebtoken::EncodingKey::from_ec_der(&pkcs8),
        Algorithm::EdDsa => jsonwebtoken::EncodingKey::from_ed_der(&pkcs8),
        Algorithm::Rs256 => jsonwebtoken::EncodingKey::from_rsa_der(&pkcs8[26..]),
    }
}

#[test]
fn names_are_those_of_jose_and_nothing_else() {
    for algorithm in Algorithm::ALL {
        let name = algorithm.as_str();
        assert_eq!(
            (Algorithm::parse(name), serde_json::to_value(algorithm).unwrap()),
            (Some(algorithm), json!(name))
        );
        assert_eq!(algorithm.to_string(), name);
        assert_eq!(foreign(algorithm), serde_json::from_value(json!(name)).unwrap());
    }
    for name in ["", "none", "HS256", "es256", "EDDSA", "Ed25519", "PS256", "RS512"] {
        assert_eq!(Algorithm::parse(name), None);
    }
}

#[test]
fn thumbprints_are_those_of_rfc_7638_and_rfc_8037() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
             jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgn\
             Yb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1\
             jF44-csFCur-kEgU8awapJzKnqDKgw";
    let rsa =
        |kid: &str| json!({ "kty": "RSA", "n": n, "e": "AQAB", "use": "sig", "alg": "RS256", "kid": kid });
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let okp = |kid: &str| json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA", "kid": kid });
    let taken = |jwk: Value| VerifyingKey::from_jwk(serde_json::from_value(jwk).unwrap()).is_ok();
    assert!(taken(rsa("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")), "RFC 7638 §3.1");
    assert!(!taken(rsa("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt")));
    assert!(taken(okp("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")), "RFC 8037 appendix A.3");
    assert!(!taken(okp("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4l")));
}

#[test]
fn jsonwebtoken_reads_our_tokens_of_every_algorithm_and_we_read_its() {
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let token = key.sign_jwt("at+jwt", &claims()).unwrap();
        let published = serde_json::to_value(Keyring::new(again(&key), Vec::new()).jwks()).unwrap();
        let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(published).unwrap();
        let found = set.find(key.kid()).unwrap();
        assert_eq!(found.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), key.kid());
        let mut rules = jsonwebtoken::Validation::new(foreign(algorithm));
        rules.set_audience(&["api"]);
        rules.set_issuer(&["https://id.example"]);
        rules.validate_exp = false;
        let decoding = jsonwebtoken::DecodingKey::from_jwk(found).unwrap();
        assert_eq!(jsonwebtoken::decode::<Value>(&token, &decoding, &rules).unwrap().claims, claims());

        let mut header = jsonwebtoken::Header::new(foreign(algorithm));
        header.kid = Some(key.kid().to_owned());
        header.typ = Some("at+jwt".to_owned());
        let theirs = jsonwebtoken::encode(&header, &claims(), &foreign_signer(&key)).unwrap();
        assert_eq!(
            verify::<Value>(&Keyring::new(key, Vec::new()), &theirs, &EXPECT),
            Ok(claims()),
            "{algorithm}"
        );
    }
}

#[test]
fn p24_no_key_verifies_by_another_algorithm_than_its_own() {
    let keys = Algorithm::ALL.map(key);
    let [es, ed, rs] = &keys;
    let ring = Keyring::with_signers(again(es), vec![again(ed), again(rs)], Vec::new());
    for named in &keys {
        for signer in &keys {
            for alg in ["ES256", "EdDSA", "RS256", "HS256", "PS256", "RS512", "none"] {
                let header = json!({ "alg": alg, "kid": named.kid(), "typ": "at+jwt" });
                let verified = verify::<Value>(&ring, &sign(signer, &header), &EXPECT);
                let own = named.kid() == signer.kid() && alg == named.algorithm().as_str();
                let expected = if own { Ok(claims()) } else { Err(VerifyError::Invalid) };
                assert_eq!(
                    verified,
                    expected,
                    "kid {}, alg {alg}, signed by {}",
                    named.algorithm(),
                    signer.algorithm()
                );
            }
        }
    }
}

#[test]
fn s36_no_public_key_serves_as_an_hmac_secret() {
    let keys = Algorithm::ALL.map(key);
    for key in &keys {
        let ring = Keyring::new(again(key), Vec::new());
        let header = json!({ "alg": "HS256", "kid": key.kid(), "typ": "at+jwt" });
        let message =
            format!("{}.{}", BASE64URL.encode(header.to_string()), BASE64URL.encode(claims().to_string()));
        let jwk = key.jwk();
        let mut secrets = vec![serde_json::to_vec(&jwk).unwrap(), serde_json::to_vec(&ring.jwks()).unwrap()];
        let numbers = match jwk.key {
            PublicKey::Ec { x, y, .. } => vec![x, y],
            PublicKey::Okp { x, .. } => vec![x],
            PublicKey::Rsa { n, e } => vec![n, e],
        };
        secrets.extend(numbers.iter().flat_map(|n| [n.as_bytes().to_vec(), BASE64URL.decode(n).unwrap()]));
        for secret in secrets {
            let tag = authms_crypto::hmac_sha256(&secret, &[message.as_bytes()]);
            let token = format!("{message}.{}", BASE64URL.encode(tag));
            assert_eq!(verify::<Value>(&ring, &token, &EXPECT), Err(VerifyError::Invalid));
        }
    }
}

#[test]
fn s41_rsa_keys_below_2048_bits_and_odd_exponents_are_refused() {
    let jwk = key(Algorithm::Rs256).jwk();
    let PublicKey::Rsa { n, .. } = &jwk.key else { panic!("{jwk:?}") };
    let modulus = BASE64URL.decode(n).unwrap();
    assert_eq!(modulus.len() * 8, 2048);
    let named = |n: &[u8], e: &[u8]| {
        let (n, e) = (BASE64URL.encode(n), BASE64URL.encode(e));
        let members = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
        let kid = BASE64URL.encode(authms_crypto::sha256(members.as_bytes()));
        VerifyingKey::from_jwk(PublicJwk { key: PublicKey::Rsa { n, e }, kid, ..jwk.clone() }).is_ok()
    };
    let e = [1, 0, 1];
    assert!(named(&modulus, &e));
    assert!(!named(&modulus[..255], &e), "2040 bits");
    assert!(!named(&modulus[..128], &e), "1024 bits");
    assert!(!named(&[&[0x7f], &modulus[1..]].concat(), &e), "2047 bits");
    assert!(!named(&[&[0], modulus.as_slice()].concat(), &e), "a leading zero");
    assert!(!named(&[modulus.as_slice(); 3].concat(), &e), "6144 bits");
    for exponent in [&[1][..], &[3], &[17], &[1, 0, 0], &[0, 1, 0, 1], &[1, 0, 0, 0, 1], &[]] {
        assert!(!named(&modulus, exponent), "{exponent:?}");
    }
    for other in [Algorithm::Es256, Algorithm::EdDsa] {
        assert!(SigningKey::from_pkcs8(other, &RSA).is_err());
        assert!(SigningKey::from_pkcs8(Algorithm::Rs256, &key(other).pkcs8()).is_err());
    }
    for length in (0..RSA.len()).step_by(13) {
        assert!(SigningKey::from_pkcs8(Algorithm::Rs256, &RSA[..length]).is_err());
    }
}

#[test]
fn a_ring_has_one_signer_an_algorithm_and_publishes_all() {
    let [es, ed, rs] = Algorithm::ALL.map(key);
    let second = key(Algorithm::EdDsa);
    let kids = [&es, &ed, &second, &rs].map(|key| key.kid().to_owned());
    let ring = Keyring::with_signers(es, vec![ed, again(&second)], vec![second, rs]);
    assert_eq!(ring.active().kid(), kids[0]);
    let signer = |algorithm| ring.signer(algorithm).map(|key| key.kid().to_owned());
    assert_eq!(signer(Algorithm::Es256).as_ref(), Some(&kids[0]));
    assert_eq!(signer(Algorithm::EdDsa).as_ref(), Some(&kids[1]), "the first one");
    assert_eq!(signer(Algorithm::Rs256), None, "it only verifies");
    let published: Vec<_> = ring.jwks().keys.into_iter().map(|key| key.kid).collect();
    assert_eq!(published, kids);
    assert_eq!(ring.algorithms(), Algorithm::ALL);
}

#[test]
fn private_keys_of_every_algorithm_stay_private() {
    for (algorithm, public) in
        Algorithm::ALL.into_iter().zip([&["crv", "x", "y"][..], &["crv", "x"], &["e", "n"]])
    {
        let key = key(algorithm);
        let jwk = serde_json::to_value(key.jwk()).unwrap();
        let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        members.retain(|name| !["alg", "kid", "kty", "use"].contains(name));
        members.sort_unstable();
        assert_eq!(members, public);
        assert_eq!(again(&key).kid(), key.kid(), "a stored key is the same key");
        assert_eq!(format!("{key:?}"), format!("SigningKey {{ kid: {:?}, .. }}", key.kid()));
    }
}
