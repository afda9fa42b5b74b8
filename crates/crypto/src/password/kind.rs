//! What a stored hash was made with, without opening it.

use super::pepper::PREFIX;

/// An algorithm that hashes are kept in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HashKind {
    /// Argon2id (RFC 9106): what new hashes are made with.
    Argon2id,
    /// Another Argon2.
    Argon2,
    /// bcrypt.
    Bcrypt,
    /// scrypt (RFC 7914).
    Scrypt,
    /// PBKDF2 (RFC 8018).
    Pbkdf2,
    /// Firebase's scrypt.
    Firebase,
    /// None that is read.
    Unknown,
}

impl HashKind {
    /// That of a stored hash, whatever its pepper.
    pub fn of(stored: &str) -> Self {
        let peppered =
            stored.strip_prefix(PREFIX).and_then(|rest| rest.find('$').map(|at| rest.split_at(at).1));
        let hash = peppered.unwrap_or(stored);
        let begins = |with: &str| hash.starts_with(with);
        match () {
            () if begins("$argon2id$") => Self::Argon2id,
            () if begins("$argon2") => Self::Argon2,
            () if begins("$2") => Self::Bcrypt,
            () if begins("$scrypt$") => Self::Scrypt,
            () if begins("$pbkdf2") || begins("pbkdf2_") => Self::Pbkdf2,
            () if begins("$firebase-scrypt$") => Self::Firebase,
            () => Self::Unknown,
        }
    }

    /// Whether this installation made a stored hash: those have a pepper, and those of other systems have none.
    pub fn is_our_own(stored: &str) -> bool {
        stored.starts_with(PREFIX)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Argon2id => "argon2id",
            Self::Argon2 => "argon2",
            Self::Bcrypt => "bcrypt",
            Self::Scrypt => "scrypt",
            Self::Pbkdf2 => "pbkdf2",
            Self::Firebase => "firebase_scrypt",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_told_by_its_beginning() {
        for (stored, kind, ours) in [
            ("$pepper$0$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", HashKind::Argon2id, true),
            ("$pepper$2026-a$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", HashKind::Argon2id, true),
            ("$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", HashKind::Argon2id, false),
            ("$argon2i$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA", HashKind::Argon2, false),
            ("$2b$12$abcdefghijklmnopqrstuv", HashKind::Bcrypt, false),
            ("$scrypt$ln=16,r=8,p=1$salt$hash", HashKind::Scrypt, false),
            ("$pbkdf2-sha256$i=600000,l=32$salt$hash", HashKind::Pbkdf2, false),
            ("pbkdf2_sha256$600000$salt$hash", HashKind::Pbkdf2, false),
            ("$firebase-scrypt$mem_cost=14,rounds=8$a$b$c$d", HashKind::Firebase, false),
            ("$pepper$", HashKind::Unknown, true),
            ("", HashKind::Unknown, false),
        ] {
            assert_eq!((HashKind::of(stored), HashKind::is_our_own(stored)), (kind, ours), "{stored}");
        }
    }
}
