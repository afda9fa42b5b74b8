use authms_crypto::{Argon2Params, Hasher, MasterKey, PepperError, Peppers, VerifyOutcome};

const SMALL: Argon2Params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
const RIGHT: VerifyOutcome = VerifyOutcome::Match { needs_rehash: false };
const OLD: VerifyOutcome = VerifyOutcome::Match { needs_rehash: true };
const A: &str = "a:0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
const B: &str = "b:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyE";

#[test]
fn a_stolen_hash_is_worth_nothing_without_its_pepper() {
    let phc = hasher(derived()).hash(b"password", &[7; 16]);
    assert!(phc.starts_with("$pepper$0$argon2id$v=19$m=64,t=1,p=1$"), "{phc}");
    assert_eq!(hasher(derived()).verify(b"password", &phc), RIGHT);
    assert_eq!(hasher(derived()).verify(b"passwore", &phc), VerifyOutcome::Mismatch);

    let bare = phc.strip_prefix("$pepper$0").unwrap();
    assert_eq!(hasher(derived()).verify(b"password", bare), VerifyOutcome::Mismatch);
    let other = Peppers::derived(&MasterKey::generate());
    assert_eq!(hasher(other).verify(b"password", &phc), VerifyOutcome::Mismatch);
    assert_eq!(hasher(Peppers::default()).verify(b"password", &phc), VerifyOutcome::Unreadable);
}

#[test]
fn what_was_hashed_under_a_former_pepper_or_none_verifies_and_wants_rehashing() {
    let plain = hasher(Peppers::default()).hash(b"password", &[7; 16]);
    let first = hasher(derived()).hash(b"password", &[7; 16]);
    let a = hasher(derived().with(A).unwrap()).hash(b"password", &[7; 16]);
    let b = hasher(derived().with(&format!("{B}\n{A}\n")).unwrap()).hash(b"password", &[7; 16]);
    assert!(a.starts_with("$pepper$a$argon2id$") && b.starts_with("$pepper$b$argon2id$"));

    let mut now = hasher(derived().with(&format!("{B}, {A}")).unwrap());
    for (hash, outcome) in [(&plain, OLD), (&first, OLD), (&a, OLD), (&b, RIGHT)] {
        assert_eq!(now.verify(b"password", hash), outcome, "{hash}");
        assert_eq!(now.verify(b"sassword", hash), VerifyOutcome::Mismatch, "{hash}");
    }
    let mut without_a = hasher(derived().with(B).unwrap());
    assert_eq!(without_a.verify(b"password", &a), VerifyOutcome::Unreadable, "its pepper is gone");
    let renamed = a.replacen("$pepper$a", "$pepper$b", 1);
    assert_eq!(now.verify(b"password", &renamed), VerifyOutcome::Mismatch);
}

#[test]
fn a_dummy_is_peppered_as_a_real_hash_is() {
    let mut hasher = hasher(derived());
    let (dummy, real) = (hasher.dummy_phc(), hasher.hash(b"", &[7; 16]));
    assert_eq!(dummy.len(), real.len());
    assert_eq!(hasher.verify(b"", &dummy), VerifyOutcome::Mismatch);
}

#[test]
fn s41_a_weak_or_misspelled_pepper_is_refused_without_repeating_it() {
    let error = |text: &str| derived().with(text).unwrap_err();
    for text in ["secret", ":AQID", "a b:AQID", "seventeen-letters:AQID", "naïve:AQID", "$:AQID"] {
        assert_eq!(error(text), PepperError::Name, "{text}");
    }
    let zeros = format!("k:{}", "00".repeat(32));
    let short = "k:0102030405060708090a0b0c0d0e0f10";
    for text in ["k:", "k:secret", short, zeros.as_str()] {
        assert_eq!(error(text), PepperError::Key("k".to_owned()), "{text}");
    }
    for text in [format!("{A},{A}"), A.replacen('a', "0", 1)] {
        assert!(matches!(error(&text), PepperError::Taken(_)), "{text}");
    }
    assert!(!format!("{:?}", derived().with(A).unwrap()).contains("0102"));
}

fn derived() -> Peppers {
    Peppers::derived(&MasterKey::parse(&"ab01".repeat(16)).unwrap())
}

fn hasher(peppers: Peppers) -> Hasher {
    Hasher::new(SMALL, peppers)
}
