//! What is remembered of tokens stays within its bound.

use super::{Fingerprint, HALF, Known, SHARDS};
use crate::id::{SessionId, TenantId, TokenId, UserId};
use crate::signin::Issued;
use authms_crypto::{Algorithm, Expect, Keyring, Passed, SigningKey, pass};
use serde_json::{Value, json};

fn passed() -> Passed<Issued> {
    let key = SigningKey::generate(Algorithm::Es256);
    let claims = json!({ "iss": "https://id.example", "exp": 2000, "iat": 1000 });
    let token = key.sign_jwt("at+jwt", &claims).expect("signs");
    let expect = Expect { typ: "at+jwt", issuer: "https://id.example", audience: None, now: 1000, leeway: 0 };
    let good: Passed<Value> = pass(&Keyring::new(key, Vec::new()), &token, &expect).expect("it passes");
    let issued = Issued {
        session: SessionId::from_bytes([1; 16]),
        user: UserId::from_bytes([2; 16]),
        tenant: TenantId::from_bytes([3; 16]),
        jti: TokenId::from_bytes([4; 16]),
        iat: 1000,
        exp: 2000,
    };
    good.filter_map(|_| Some(issued)).expect("something")
}

fn token(n: usize) -> Fingerprint {
    Fingerprint::of(&format!("token {n}"))
}

fn held(known: &Known) -> usize {
    known.0.iter().map(|shard| shard.lock().expect("not poisoned")).map(|s| s.young.len() + s.old.len()).sum()
}

#[test]
fn a_flood_of_distinct_tokens_stays_within_the_bound() {
    let (known, passed) = (Known::default(), passed());
    let bound = SHARDS * 2 * HALF;
    for n in 0..4 * bound {
        known.insert(token(n), passed);
        assert_eq!(known.get(token(n)), Some(passed), "what came last is there");
    }
    let held = held(&known);
    assert!(held <= bound && held > bound / 3, "{held} of {bound}");
    assert_eq!(known.get(token(0)), None, "what came first is forgotten");
    let bytes = bound * std::mem::size_of::<(Fingerprint, Passed<Issued>)>();
    assert!(bytes <= 2_500_000, "{bytes}");
}

#[test]
fn what_is_asked_for_stays() {
    let (known, passed) = (Known::default(), passed());
    known.insert(token(0), passed);
    for n in 1..4 * SHARDS * 2 * HALF {
        known.insert(token(n), passed);
        assert_eq!(known.get(token(0)), Some(passed), "after {n} others");
    }
}
