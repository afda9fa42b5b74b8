//! JWTs of every type: what passes is what a reader without any cleverness finds good, too, and nothing next to it passes.

use crate::input::Input;
use authms_core::mfa::STEP_UP_TOKEN_TYP;
use authms_core::signin::challenge::{CHALLENGE_TOKEN_TYP, ENROLMENT_TOKEN_TYP};
use authms_core::signin::{ACCESS_TOKEN_TYP, PASSWORD_CHANGE_TYP};
use authms_crypto::{Algorithm, Expect, Keyring, SigningKey, VerifyError, verify};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::sync::LazyLock;

const TYPES: [&str; 5] =
    [ACCESS_TOKEN_TYP, CHALLENGE_TOKEN_TYP, ENROLMENT_TOKEN_TYP, STEP_UP_TOKEN_TYP, PASSWORD_CHANGE_TYP];
const ISSUER: &str = "https://id.example";
const NOW: i64 = 1_800_000_000;
const LEEWAY: i64 = 60;

struct Forge {
    ring: Keyring,
    pair: EcdsaKeyPair,
}

static FORGE: LazyLock<Forge> = LazyLock::new(|| {
    let key = SigningKey::generate(Algorithm::Es256);
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8()).expect("a key");
    Forge { ring: Keyring::new(key, vec![SigningKey::generate(Algorithm::EdDsa)]), pair }
});

/// First a type, then where to spoil the token and with what; a line with the header, in which `$KID` is our key's
/// name; the rest is the payload. Both are signed as they are.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    if let Some(text) = input.text() {
        assert!(read(text, ACCESS_TOKEN_TYP).is_err(), "nobody signed that: {text}");
    }
    let typ = input.pick(&TYPES);
    let (place, spoiled) = (input.array::<2>(), input.byte());
    let Some(header) = input.text_line() else { return };
    let header = header.replace("$KID", FORGE.ring.active().kid());
    let token = FORGE.sign(header.as_bytes(), input.0);
    match read(&token, typ) {
        Ok(claims) => {
            assert!(is_good(&header, &claims, typ), "{header} {claims}");
            for other in TYPES.into_iter().filter(|other| *other != typ) {
                assert_eq!(read(&token, other), Err(VerifyError::Invalid), "a {typ} passes for a {other}");
            }
            let at = usize::from(u16::from_be_bytes(place)) % token.len();
            let mut bytes = token.clone().into_bytes();
            bytes[at] = spoiled & 0x7f;
            let other = String::from_utf8(bytes).expect("ASCII");
            assert!(other == token || read(&other, typ).is_err(), "two texts for one token: {other}");
        }
        Err(VerifyError::Expired) => {
            // Bytes that nobody looked at may be anything.
            let text = String::from_utf8_lossy(input.0);
            let claims: Value = serde_json::from_str(&text).expect("what has expired was read");
            assert!(claims["exp"].as_i64().is_some_and(|exp| exp <= NOW - LEEWAY), "{claims}");
        }
        Err(VerifyError::UnknownKey | VerifyError::Invalid) => {}
    }
}

fn read(token: &str, typ: &str) -> Result<Value, VerifyError> {
    let expect = Expect { typ, issuer: ISSUER, audience: Some("api"), now: NOW, leeway: 60 };
    verify(&FORGE.ring, token, &expect)
}

fn is_good(header: &str, claims: &Value, typ: &str) -> bool {
    let Ok(header) = serde_json::from_str::<Value>(header) else { return false };
    let kid = FORGE.ring.active().kid();
    let number = |name: &str| claims[name].as_i64();
    header.as_object().is_some_and(|members| members.len() == 3)
        && header["alg"] == "ES256"
        && header["kid"] == kid
        && header["typ"] == typ
        && claims["iss"] == ISSUER
        && (claims["aud"] == "api" || claims["aud"].as_array().is_some_and(|all| all.contains(&"api".into())))
        && number("exp").is_some_and(|exp| exp > NOW - LEEWAY)
        && number("iat").is_some()
        && (claims.get("nbf").is_none() || number("nbf").is_some_and(|nbf| nbf <= NOW + LEEWAY))
}

impl Forge {
    fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
