//! A browser with an authenticator, in software. Unlike a good one it signs whatever it is told to, so that each check
//! of a relying party can be tried by itself: all else about the response is right.

use crate::app::{ISSUER, TestApp, Tokens};
use crate::request::Answer;
use authms_crypto::{Algorithm, fill_random, sha256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flags::{AT, UP, UV};
use serde_json::{Value, json};

/// Flags of what an authenticator signs (WebAuthn §6.1).
pub mod flags {
    /// Somebody touched it.
    pub const UP: u8 = 1 << 0;
    /// It verified its user.
    pub const UV: u8 = 1 << 2;
    /// The credential may be copied to other devices.
    pub const BE: u8 = 1 << 3;
    /// It was.
    pub const BS: u8 = 1 << 4;
    /// A new credential follows.
    pub(super) const AT: u8 = 1 << 6;
}

/// One credential, and the page that it is used on.
pub struct SoftPasskey {
    key: Key,
    /// What names it in the API, once it is registered.
    pub name: String,
    /// The credential's identifier.
    pub id: Vec<u8>,
    /// What it was told as its user.
    pub user_handle: Vec<u8>,
    /// The flags of its responses.
    pub flags: u8,
    /// What its next response counts to; 0 for ever if it does not count.
    pub counter: u32,
    /// Where the page is.
    pub origin: String,
}

/// What differs from a good response, before it is signed.
#[derive(Clone, Default)]
pub struct Twist {
    /// Another challenge, in base64url.
    pub challenge: Option<String>,
    /// Another kind of ceremony.
    pub kind: Option<&'static str>,
    /// The page is within another one.
    pub cross_origin: bool,
    /// Another domain.
    pub rp_id: Option<&'static str>,
    /// Another algorithm is told than the key is of.
    pub algorithm: Option<i64>,
}

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl SoftPasskey {
    /// A new credential of this algorithm for a page at `origin`.
    pub fn new(algorithm: Algorithm, origin: &str) -> Self {
        let mut id = vec![0; 32];
        fill_random(&mut id);
        let key = match algorithm {
            Algorithm::Es256 => {
                Key::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"))
            }
            Algorithm::EdDsa => Key::EdDsa(Ed25519KeyPair::generate().expect("a key")),
            Algorithm::Rs256 => Key::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key")),
        };
        let (flags, origin) = (UP | UV, origin.to_owned());
        Self { key, name: String::new(), id, user_handle: Vec::new(), flags, counter: 0, origin }
    }

    /// What `navigator.credentials.create()` gives for these options.
    pub fn create(&mut self, options: &Value) -> Value {
        self.create_twisted(options, &Twist::default())
    }

    /// The same with something wrong.
    pub fn create_twisted(&mut self, options: &Value, twist: &Twist) -> Value {
        self.user_handle = decode(&options["user"]["id"]);
        let client_data = self.client_data(options, "webauthn.create", twist);
        let mut data = self.head(&options["rp"]["id"], self.flags | AT, twist);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("a short identifier").to_be_bytes());
        data.extend(&self.id);
        data.extend(self.key.cose(twist.algorithm));
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).expect("short data").to_be_bytes());
        object.extend(data);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()),
                "attestationObject": encode(&object),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// What `navigator.credentials.get()` gives for these options.
    pub fn get(&self, options: &Value) -> Value {
        self.get_twisted(options, &Twist::default())
    }

    /// The same with something wrong.
    pub fn get_twisted(&self, options: &Value, twist: &Twist) -> Value {
        let client_data = self.client_data(options, "webauthn.get", twist);
        let data = self.head(&options["rpId"], self.flags, twist);
        let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(client_data.as_bytes()),
                "authenticatorData": encode(&data),
                "signature": encode(&self.key.sign(&signed)),
                "userHandle": encode(&self.user_handle),
            },
        })
    }

    fn client_data(&self, options: &Value, kind: &str, twist: &Twist) -> String {
        let challenge = twist.challenge.clone().map_or_else(|| options["challenge"].clone(), Value::from);
        let cross_origin = twist.cross_origin;
        json!({
            "type": twist.kind.unwrap_or(kind),
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": cross_origin,
        })
        .to_string()
    }

    fn head(&self, rp_id: &Value, flags: u8, twist: &Twist) -> Vec<u8> {
        let rp_id = twist.rp_id.or(rp_id.as_str()).expect("a relying party");
        let mut data = sha256(rp_id.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

impl Key {
    /// The public half as a COSE key.
    fn cose(&self, algorithm: Option<i64>) -> Vec<u8> {
        let told = |own: i64| cbor_int(algorithm.unwrap_or(own));
        match self {
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(32);
                [&b"\xa5\x01\x02\x03"[..], &told(-7), b"\x20\x01\x21\x58\x20", x, b"\x22\x58\x20", y].concat()
            }
            Self::EdDsa(pair) => {
                let x = pair.public_key().as_ref();
                [&b"\xa4\x01\x01\x03"[..], &told(-8), b"\x20\x06\x21\x58\x20", x].concat()
            }
            Self::Rs256(pair) => {
                let public = pair.public_key();
                let n = public.modulus().big_endian_without_leading_zero();
                let head = [&b"\xa4\x01\x03\x03"[..], &told(-257), b"\x20\x59\x01\x00"].concat();
                [&head, n, b"\x21\x43\x01\x00\x01"].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        match self {
            Self::Es256(pair) => pair.sign(&rng, message).expect("signs").as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature).expect("signs");
                signature
            }
        }
    }
}

impl TestApp {
    /// Registers a passkey for whoever has this access token and password, as their first factor or in a session in which
    /// they proved one just now.
    pub async fn passkey(&self, bearer: &str, password: &str) -> SoftPasskey {
        let mut passkey = SoftPasskey::new(Algorithm::Es256, ISSUER);
        self.register_passkey(&mut passkey, bearer, password).await;
        passkey
    }

    /// Registers this one.
    pub async fn register_passkey(&self, passkey: &mut SoftPasskey, bearer: &str, password: &str) {
        let options = self.creation_options(bearer, password).await;
        let credential = passkey.create(&options);
        let answer = self.post("/mfa/webauthn/credentials/register/verify", bearer, credential).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        passkey.name = answer.body["data"]["id"].as_str().expect("an identifier").to_owned();
    }

    /// What a browser is given to register a passkey with.
    pub async fn creation_options(&self, bearer: &str, password: &str) -> Value {
        let body = json!({ "password": password });
        let answer = self.post("/mfa/webauthn/credentials/register", bearer, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"]["publicKey"].clone()
    }

    /// What a browser is given to sign in with; `ask` says who, if they say.
    pub async fn request_options(&self, ask: Value) -> Value {
        let answer = self.post("/auth/webauthn/authenticate/begin", "", ask).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"]["publicKey"].clone()
    }

    /// Signs in by a passkey alone.
    pub async fn sign_in_by_passkey(&self, passkey: &SoftPasskey) -> Tokens {
        let answer = self.sign_in_with(passkey.get(&self.request_options(json!({})).await)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(Answer { body: answer.body["data"].clone(), ..answer })
    }

    /// Signs in with what a browser brought back.
    pub async fn sign_in_with(&self, credential: Value) -> Answer {
        self.post("/auth/webauthn/authenticate/complete", "", json!({ "credential": credential })).await
    }
}

/// A negative number in CBOR.
fn cbor_int(number: i64) -> Vec<u8> {
    let n = u16::try_from(-1 - number).expect("a small negative number");
    match u8::try_from(n) {
        Ok(n @ 0..=23) => vec![0x20 | n],
        Ok(n) => vec![0x38, n],
        Err(_) => [&[0x39][..], &n.to_be_bytes()].concat(),
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("a text")).expect("base64url")
}
