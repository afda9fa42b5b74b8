//! Times the operations that a request pays for. Run with
//! `cargo run --release -p authms-crypto --example measure`.

use std::hint::black_box;
use std::time::Instant;

use authms_crypto::{
    Algorithm, Argon2Params, Expect, Hasher, Keyring, OpaqueToken, Peppers, PublicKey, RefreshToken, Secret,
    SigningKey, open, seal, verify,
};
use serde_json::{Value, json};

fn main() {
    let key = SigningKey::generate(Algorithm::Es256);
    let claims = json!({
        "iss": "https://id.example", "aud": "api", "sub": "01JD3Q8Z6V9YB2N4T5W7X8Y9Z0",
        "client_id": "web", "jti": "0123456789ABCDEFGHIJKL", "iat": 1_000, "exp": 2_000,
    });
    let token = key.sign_jwt("at+jwt", &claims).expect("claims serialise");
    let foreign_signer = jsonwebtoken::EncodingKey::from_ec_der(&key.pkcs8());
    let foreign_header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    let PublicKey::Ec { x, y, .. } = key.jwk().key else { panic!("an ES256 key is a point") };
    let foreign_key = jsonwebtoken::DecodingKey::from_ec_components(&x, &y).expect("a point");
    let mut foreign_rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    foreign_rules.set_audience(&["api"]);
    foreign_rules.validate_exp = false;

    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm);
        time(&format!("sign_jwt {algorithm}"), || key.sign_jwt("at+jwt", &claims));
    }
    time("jsonwebtoken::encode", || jsonwebtoken::encode(&foreign_header, &claims, &foreign_signer));
    time("jsonwebtoken::decode", || {
        jsonwebtoken::decode::<Value>(&token, &foreign_key, &foreign_rules).expect("ours")
    });
    let (message, signature) = token.rsplit_once('.').expect("a dot");
    let algorithm = jsonwebtoken::Algorithm::ES256;
    time("jsonwebtoken::crypto::verify", || {
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), &foreign_key, algorithm)
    });
    let ring = Keyring::new(key, Vec::new());
    let expect =
        Expect { typ: "at+jwt", issuer: "https://id.example", audience: Some("api"), now: 1_500, leeway: 60 };
    time("verify", || verify::<Value>(&ring, &token, &expect).expect("ours"));

    let ticket = OpaqueToken::generate([7; 16]);
    let text = ticket.format("tkt_");
    time("ticket format", || ticket.format("tkt_"));
    time("ticket parse", || OpaqueToken::parse("tkt_", text.expose()));
    let mac_key = Secret::random();
    let refresh = RefreshToken { session: [7; 16], generation: 3, secret: Secret::random() };
    let text = refresh.format(&mac_key);
    time("refresh format", || refresh.format(&mac_key));
    time("refresh parse", || RefreshToken::parse(&mac_key, text.expose()));
    time("refresh successor", || refresh.successor(&[1; 16]));
    time("seal and open 1 KiB", || open(&mac_key, b"row", &seal(&mac_key, b"row", &[0; 1024])));

    let mut hasher = Hasher::new(Argon2Params::default(), Peppers::default());
    let start = Instant::now();
    for _ in 0..10 {
        black_box(hasher.hash(b"correct horse battery staple", &[3; 16]));
    }
    println!("{:<30} {:>9.0} µs", "password hash", start.elapsed().as_secs_f64() * 1e6 / 10.0);
    for imported in IMPORTED {
        let start = Instant::now();
        black_box(hasher.verify(b"sassword", imported));
        let name = imported.get(..24).unwrap_or_default();
        println!("{name:<30} {:>9.0} µs", start.elapsed().as_secs_f64() * 1e6);
    }
}

/// Hashes of other systems, each dearer to check than one of ours, so that nothing is added.
const IMPORTED: [&str; 5] = [
    "$2b$12$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "$scrypt$ln=16,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$qadhXBV6dk7aDLzFfdfaYy/Yq2zBxbYIwoxHMeMuxvs",
    "$pbkdf2$1000000$//79c2FsdHNhbHQ$UQ.bUnkZXT6LQ3JfDFeNFhhbtGY",
    "$pbkdf2-sha256$1000000$//79c2FsdHNhbHQ$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w",
    "$pbkdf2-sha512$1000000$//79c2FsdHNhbHQ$DuuzlxXzhm16kepaqnOvIpwbEzMTCOIVCyZVqFWSNAmF3Oe5ZBkI5tj.SEtQ/CsE8UAb9tTQm.qfBN1wB6eSmg",
];

/// Prints the best of several rounds: the machine's other work only ever adds.
fn time<T>(name: &str, mut work: impl FnMut() -> T) {
    const RUNS: u32 = 1_000;
    let mut best = f64::INFINITY;
    for _ in 0..10 {
        let start = Instant::now();
        for _ in 0..RUNS {
            black_box(work());
        }
        best = best.min(start.elapsed().as_secs_f64() * 1e6 / f64::from(RUNS));
    }
    println!("{name:<30} {best:>9.2} µs");
}
