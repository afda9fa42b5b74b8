//! Hashes of other systems. The known answers were made by passlib 1.7.4 and Python's hashlib, those of Firebase are of
//! its own documentation, those of bcrypt with 2a also of crypt_blowfish.

use authms_crypto::{Argon2Params, Hasher, ImportError, Peppers, VerifyOutcome, check_import};

const SMALL: Argon2Params = Argon2Params { memory_kib: 64, iterations: 1, parallelism: 1 };
const MATCH: VerifyOutcome = VerifyOutcome::Match { needs_rehash: true };

const PASSWORD: &str = "correct horse battery staple";
const DIGITS: &str = "01234567890123456789012345678901234567890123456789012345678901234567890123456789";
const FIREBASE: &str = "$firebase-scrypt$mem_cost=14,rounds=8$42xEC+ixf3L2lw==$Bw==$\
    jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$\
    lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
const BCRYPT_LONG: &str = "$2b$04$abcdefghijklmnopqrstuum2G75IXDN/xsgbNa/hCiPSKyIHQd70S";

const KNOWN: [(&str, &str); 18] = [
    (PASSWORD, "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG"),
    ("пароль Ω 漢字", "$2y$04$abcdefghijklmnopqrstuuLvi3059LKReWXwU4FwTwdGfeRSqfJ2a"),
    (DIGITS, BCRYPT_LONG),
    (DIGITS, "$2a$05$CCCCCCCCCCCCCCCCCCCCC.XxrQqgBi/5Sxuq9soXzDtjIZ7w5pMfK"),
    ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
    ("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
    ("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
    ("", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
    (PASSWORD, "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0"),
    (PASSWORD, "$scrypt$ln=10,r=8,p=2$c2FsdHNhbHRzYWx0c2FsdA$qadhXBV6dk7aDLzFfdfaYy/Yq2zBxbYIwoxHMeMuxvs"),
    (PASSWORD, "$pbkdf2$1000$//79c2FsdHNhbHQ$UQ.bUnkZXT6LQ3JfDFeNFhhbtGY"),
    (PASSWORD, "$pbkdf2-sha256$1000$//79c2FsdHNhbHQ$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w"),
    (
        PASSWORD,
        "$pbkdf2-sha512$1000$//79c2FsdHNhbHQ$\
         DuuzlxXzhm16kepaqnOvIpwbEzMTCOIVCyZVqFWSNAmF3Oe5ZBkI5tj.SEtQ/CsE8UAb9tTQm.qfBN1wB6eSmg",
    ),
    (
        PASSWORD,
        "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$31ltvuXrbs8POP2F4tw9851NSNQCQpm0sCwu2eEvId8",
    ),
    (PASSWORD, "pbkdf2_sha256$1000$xGZ2bDzUfVqK$VN20sCNlXPSM3rKBzSz0QRNEoTnxmgeII07Tvg1ghU0="),
    (PASSWORD, "pbkdf2_sha1$1000$xGZ2bDzUfVqK$kjwWt4iMLsCSQkwAh6DUUpJIZyU="),
    ("user1password", FIREBASE),
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
];

#[test]
fn hashes_of_other_systems_are_matched_by_their_password_alone() {
    let mut hasher = hasher();
    for (password, hash) in KNOWN {
        assert_eq!(check_import(hash), Ok(()), "{hash}");
        assert_eq!(hasher.verify(password.as_bytes(), hash), MATCH, "{hash}");
        for other in [format!("x{password}"), password.to_uppercase(), "something else".to_owned()] {
            let mismatch = other != password;
            assert_eq!(hasher.verify(other.as_bytes(), hash) == VerifyOutcome::Mismatch, mismatch, "{hash}");
        }
    }
}

#[test]
fn one_bit_more_or_less_is_another_hash() {
    let mut hasher = hasher();
    for (password, hash) in KNOWN {
        // The last characters of base64 and of bcrypt carry bits that count for nothing: the middle of the hash does not.
        let at = hash.len() - 10;
        let changed = if hash.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut other = hash.to_owned();
        other.replace_range(at..=at, changed);
        assert_eq!(hasher.verify(password.as_bytes(), &other), VerifyOutcome::Mismatch, "{other}");
    }
}

#[test]
fn p31_an_imported_bcrypt_reads_72_bytes_as_its_system_did_and_the_next_hash_reads_all() {
    let mut hasher = hasher();
    let (prefix, shorter) = (&DIGITS[..72], &DIGITS[..71]);
    for (password, outcome) in [(DIGITS, MATCH), (prefix, MATCH), (shorter, VerifyOutcome::Mismatch)] {
        assert_eq!(hasher.verify(password.as_bytes(), BCRYPT_LONG), outcome, "{} bytes", password.len());
    }
    let anew = hasher.hash(DIGITS.as_bytes(), &[7; 16]);
    for other in [prefix.to_owned(), DIGITS[..79].to_owned(), format!("{DIGITS}0")] {
        assert_eq!(hasher.verify(other.as_bytes(), &anew), VerifyOutcome::Mismatch, "{} bytes", other.len());
    }
}

#[test]
fn a_zero_byte_does_not_make_one_password_another_under_bcrypt() {
    // bcrypt goes round and round the password and the zero byte behind it.
    let doubled = format!("{PASSWORD}\0{PASSWORD}");
    assert_eq!(hasher().verify(doubled.as_bytes(), KNOWN[0].1), VerifyOutcome::Mismatch);
    let cut = format!("{PASSWORD}\0more");
    assert_eq!(hasher().verify(cut.as_bytes(), KNOWN[0].1), VerifyOutcome::Mismatch);
}

#[test]
fn what_costs_too_much_to_check_is_not_taken_over() {
    let bcrypt = |cost: &str| KNOWN[0].1.replacen("$04$", &format!("${cost}$"), 1);
    let scrypt = |costs: &str| KNOWN[8].1.replacen("ln=4,r=8,p=1", costs, 1);
    let passlib = |rounds: &str| KNOWN[11].1.replacen("$1000$", &format!("${rounds}$"), 1);
    let argon2 = |costs: &str| KNOWN[17].1.replacen("m=256,t=2,p=1", costs, 1);
    let firebase = |costs: &str| FIREBASE.replacen("mem_cost=14,rounds=8", costs, 1);
    for (dear, enough) in [
        (bcrypt("15"), bcrypt("14")),
        (bcrypt("31"), bcrypt("04")),
        (scrypt("ln=18,r=8,p=1"), scrypt("ln=17,r=8,p=1")),
        (scrypt("ln=17,r=9,p=1"), scrypt("ln=14,r=8,p=5")),
        (scrypt("ln=17,r=8,p=5"), scrypt("ln=17,r=8,p=4")),
        (scrypt("ln=63,r=8,p=1"), scrypt("ln=1,r=8,p=1")),
        (scrypt("ln=64,r=1,p=1"), scrypt("ln=20,r=1,p=1")),
        (scrypt("ln=4,r=4294967295,p=4294967295"), scrypt("ln=4,r=8,p=16")),
        (passlib("2000001"), passlib("2000000")),
        (passlib("4294967295"), passlib("1")),
        (argon2("m=262145,t=1,p=1"), argon2("m=262144,t=1,p=1")),
        (argon2("m=262144,t=5,p=1"), argon2("m=262144,t=4,p=4")),
        (argon2("m=4294967295,t=4294967295,p=1"), argon2("m=65536,t=3,p=4")),
        (firebase("mem_cost=18,rounds=8"), firebase("mem_cost=17,rounds=8")),
    ] {
        assert_eq!(check_import(&dear), Err(ImportError::TooCostly), "{dear}");
        assert_eq!(check_import(&enough), Ok(()), "{enough}");
    }
}

#[test]
fn a_pbkdf2_output_longer_than_its_hash_counts_for_each_block() {
    let long = format!("$pbkdf2$1000001$//79c2FsdHNhbHQ${}", "A".repeat(43));
    assert_eq!(check_import(&long), Err(ImportError::TooCostly));
    assert_eq!(check_import(&long.replace("1000001", "1000000")), Ok(()));
}

#[test]
fn what_is_no_hash_is_told_from_a_malformed_one() {
    for unknown in
        ["", "hunter2", "5f4dcc3b5aa765d61d8327deb882cf99", "{SSHA}abc", "$1$salt$hash", "$6$salt$hash"]
    {
        assert_eq!(check_import(unknown), Err(ImportError::Unknown), "{unknown}");
    }
    for (_, hash) in KNOWN {
        for cut in 8..hash.len() - 1 {
            // Of some spellings a piece is one, too, of a shorter hash; no piece is dearer than the whole.
            assert_ne!(check_import(&hash[..cut]), Err(ImportError::TooCostly), "{}", &hash[..cut]);
        }
    }
    for malformed in [
        "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e",
        "$2b$4$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
        "$2b$03$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
        "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CGG",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0",
        "$scrypt$ln=4,p=1,r=8$c2FsdA$jkBzE6t+3YTzAuQ1ol2ZxJUOk0akIbgat0w+kf21AT0",
        "$scrypt$ln=4,r=8,p=1$c2FsdA$",
        "$pbkdf2-sha256$0$c2FsdA$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w",
        "$pbkdf2-sha256$i=1000,l=31$c2FsdA$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w",
        "$pbkdf2-md5$1000$c2FsdA$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w",
        "pbkdf2_md5$1000$c2FsdA$d0lGOtY/bjwRKEhXkYPe2hsAb/jz5yqBJbVyoQy8C2w=",
    ] {
        assert_eq!(check_import(malformed), Err(ImportError::Malformed), "{malformed}");
    }
    let long = format!("{}{}", KNOWN[8].1, "A".repeat(512));
    assert_eq!(check_import(&long), Err(ImportError::Malformed));
    let django =
        |salt: &str| format!("pbkdf2_sha256$1000${salt}$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    assert_eq!(check_import(&django("salt")), Ok(()));
    for odd in ["sa\0lt", "sa lt", "sa\nlt", "s\u{e9}l"] {
        assert_eq!(check_import(&django(odd)), Err(ImportError::Malformed), "{odd:?}");
    }
}

fn hasher() -> Hasher {
    Hasher::new(SMALL, Peppers::default())
}
