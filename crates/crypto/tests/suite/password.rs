use argon2::{Argon2, Params, PasswordHasher, Version};
use authms_crypto::{Argon2Params, Hasher, Peppers, VerifyOutcome};

const SMALL: Argon2Params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
const MATCH: VerifyOutcome = VerifyOutcome::Match { needs_rehash: false };
const MATCH_OLD: VerifyOutcome = VerifyOutcome::Match { needs_rehash: true };

/// From the test program of the reference implementation, phc-winner-argon2.
const REFERENCE: &str =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const REFERENCE_TWO_LANES: &str =
    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc";
const REFERENCE_ARGON2I: &str =
    "$argon2i$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA$+r0d29hqEB0yasKr55ZgICsQGSkl0v0kgwhd+U3wyRo";

#[test]
fn a_hash_is_a_phc_string_that_its_password_alone_matches() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    let phc = hasher.hash(b"correct horse", &[7; 16]);
    assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{phc}");
    assert_eq!(hasher.verify(b"correct horse", &phc), MATCH);
    for other in [b"".as_slice(), b"correct hors", b"correct horse ", b"Correct horse"] {
        assert_eq!(hasher.verify(other, &phc), VerifyOutcome::Mismatch);
    }
    assert_ne!(phc, hasher.hash(b"correct horse", &[8; 16]));
}

#[test]
fn reference_hashes_verify_at_the_cost_they_name() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    for phc in [REFERENCE, REFERENCE_TWO_LANES, REFERENCE_ARGON2I] {
        assert_eq!(hasher.verify(b"password", phc), MATCH_OLD, "{phc}");
        assert_eq!(hasher.verify(b"sassword", phc), VerifyOutcome::Mismatch, "{phc}");
    }
}

#[test]
fn a_hash_of_other_parameters_wants_rehashing() {
    let phc = Hasher::new(SMALL, Peppers::default()).hash(b"pw", &[7; 16]);
    let others = [
        Argon2Params { memory_kib: 128, ..SMALL },
        Argon2Params { iterations: 2, ..SMALL },
        Argon2Params { parallelism: 2, ..SMALL },
    ];
    for params in others {
        assert_eq!(Hasher::new(params, Peppers::default()).verify(b"pw", &phc), MATCH_OLD, "{params:?}");
    }
    let same = Argon2Params { memory_kib: 65536, iterations: 1, parallelism: 1 };
    assert_eq!(Hasher::new(same, Peppers::default()).verify(b"password", REFERENCE_ARGON2I), MATCH_OLD);
}

#[test]
fn a_hash_of_an_older_version_or_another_length_wants_rehashing() {
    let made = |version: Version, length: usize| {
        let params = Params::new(64, 1, 1, Some(length)).unwrap();
        let argon2 = Argon2::new(argon2::Algorithm::Argon2id, version, params);
        argon2.hash_password_with_salt(b"pw", &[7; 16]).unwrap().to_string()
    };
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    assert_eq!(hasher.hash(b"pw", &[7; 16]), made(Version::V0x13, 32));
    assert_eq!(hasher.verify(b"pw", &made(Version::V0x13, 32)), MATCH);
    assert_eq!(hasher.verify(b"pw", &made(Version::V0x10, 32)), MATCH_OLD);
    assert_eq!(hasher.verify(b"pw", &made(Version::V0x13, 16)), MATCH_OLD);
    let unversioned = made(Version::V0x10, 32).replace("$v=16", "");
    assert_eq!(hasher.verify(b"pw", &unversioned), MATCH_OLD);
}

#[test]
fn memory_left_by_one_hash_does_not_change_the_next() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    let first = hasher.hash(b"pw", &[7; 16]);
    hasher.verify(b"password", REFERENCE);
    hasher.hash(b"another", &[8; 16]);
    assert_eq!(hasher.hash(b"pw", &[7; 16]), first);
}

#[test]
fn costs_beyond_the_limits_are_unreadable_and_not_paid() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    for costs in [
        "m=1048577,t=1,p=1",
        "m=4294967295,t=1,p=1",
        "m=64,t=65,p=1",
        "m=64,t=4294967295,p=1",
        "m=256,t=1,p=17",
        "m=7,t=1,p=1",
        "m=64,t=0,p=1",
        "m=64,t=1,p=0",
        "m=64,t=1",
        "m=64,t=1,p=1,data=Dw8PDw8P",
    ] {
        let phc = REFERENCE.replace("m=256,t=2,p=1", costs);
        assert_eq!(hasher.verify(b"password", &phc), VerifyOutcome::Unreadable, "{costs}");
    }
}

#[test]
fn other_texts_are_unreadable() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    let no_hash = &REFERENCE[..REFERENCE.rfind('$').unwrap()];
    for text in [
        "",
        "password",
        no_hash,
        &REFERENCE.replace("argon2id", "argon2x"),
        &REFERENCE.replace("v=19", "v=20"),
        &REFERENCE.replace("c29tZXNhbHQ", "c29t"),
        &REFERENCE[1..],
    ] {
        assert_eq!(hasher.verify(b"password", text), VerifyOutcome::Unreadable, "{text}");
    }
}

#[test]
fn a_dummy_looks_like_a_new_hash_and_matches_nothing() {
    let mut hasher = Hasher::new(SMALL, Peppers::default());
    let (dummy, real) = (hasher.dummy_phc(), hasher.hash(b"", &[7; 16]));
    assert_eq!(dummy.len(), real.len());
    assert!(dummy.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert_ne!(dummy, hasher.dummy_phc());
    assert_eq!(hasher.verify(b"", &dummy), VerifyOutcome::Mismatch);
}

#[test]
fn parameters_are_validated_at_their_limits() {
    let valid = |memory_kib, iterations, parallelism| {
        Argon2Params { memory_kib, iterations, parallelism }.validate().is_ok()
    };
    assert!(Argon2Params::default().validate().is_ok());
    assert!(valid(8, 1, 1) && !valid(7, 1, 1));
    assert!(valid(1024 * 1024, 64, 16) && !valid(1024 * 1024 + 1, 64, 16));
    assert!(!valid(64, 0, 1) && !valid(64, 65, 1));
    assert!(!valid(64, 1, 0) && !valid(1024, 1, 17));
    assert!(valid(128, 1, 16) && !valid(127, 1, 16));
}

#[test]
#[should_panic(expected = "validated where they are read")]
fn a_hasher_is_not_made_of_invalid_parameters() {
    Hasher::new(Argon2Params { iterations: 0, ..SMALL }, Peppers::default());
}
