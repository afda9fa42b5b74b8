//! The pepper: a key outside of the database, without which a stolen hash cannot even be guessed at.

use crate::master::decode;
use crate::{MasterKey, Secret, hmac_sha256};

/// What a peppered hash begins with at rest; the pepper's name and the hash follow.
pub(super) const PREFIX: &str = "$pepper$";

/// The name of the pepper that comes from the master key.
const DERIVED: &str = "0";

/// The keys that passwords go through (HMAC-SHA-256) before they are hashed. One makes new hashes; hashes of the
/// others, and those without any, are still read.
#[derive(Clone, Debug, Default)]
pub struct Peppers(Vec<(String, Secret<32>)>);

/// What is wrong with a list of peppers. No variant carries a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PepperError {
    /// An entry is not `name:key`, or its name is not one.
    #[error("a pepper is written name:key, with 1 to 16 letters, digits, '-' or '_' as its name")]
    Name,
    /// A key is not 32 bytes of base64url, base64 or hexadecimal text.
    #[error("the pepper {0} is not exactly 32 random bytes as base64url, base64 or hexadecimal text")]
    Key(String),
    /// Two entries have one name, or one has the name of the derived pepper.
    #[error("the pepper name {0} is taken")]
    Taken(String),
}

impl Peppers {
    /// The pepper that comes from the master key, and no other.
    pub fn derived(master: &MasterKey) -> Self {
        Self(vec![(DERIVED.to_owned(), master.derive("password pepper"))])
    }

    /// Adds peppers of one's own: `name:key`, separated by commas or white space, the one for new hashes first.
    ///
    /// # Errors
    ///
    /// [`PepperError`] if an entry cannot be read.
    pub fn with(mut self, text: &str) -> Result<Self, PepperError> {
        let entries = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
        for (place, entry) in entries.enumerate() {
            let (name, key) = entry.split_once(':').filter(|(n, _)| is_name(n)).ok_or(PepperError::Name)?;
            if name == DERIVED || self.named(name).is_some() {
                return Err(PepperError::Taken(name.to_owned()));
            }
            let bytes = decode(key).and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            let key = bytes.filter(|key| key.iter().any(|byte| *byte != key[0]));
            let key = key.ok_or_else(|| PepperError::Key(name.to_owned()))?;
            self.0.insert(place, (name.to_owned(), Secret::new(key)));
        }
        Ok(self)
    }

    /// What is hashed instead of the password, and what the hash then begins with.
    pub(super) fn season(&self, password: &[u8]) -> (Option<[u8; 32]>, String) {
        match self.0.first() {
            Some((name, key)) => (Some(hmac_sha256(key.expose(), &[password])), format!("{PREFIX}{name}")),
            None => (None, String::new()),
        }
    }

    /// A hash at rest without its pepper, and what it was made of; `None`: its pepper is not here.
    pub(super) fn taste<'a>(&self, password: &[u8], stored: &'a str) -> Option<Seasoned<'a>> {
        let Some(rest) = stored.strip_prefix(PREFIX) else {
            return Some(Seasoned { hash: stored, key: None, current: self.0.is_empty() });
        };
        let (name, hash) = rest.find('$').map(|at| rest.split_at(at))?;
        let key = hmac_sha256(self.named(name)?.expose(), &[password]);
        let current = self.0.first().is_some_and(|(first, _)| first == name);
        Some(Seasoned { hash, key: Some(key), current })
    }

    fn named(&self, name: &str) -> Option<&Secret<32>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, key)| key)
    }
}

/// A hash at rest, taken apart.
pub(super) struct Seasoned<'a> {
    /// The hash alone.
    pub hash: &'a str,
    /// What was hashed in the password's place, if a pepper was used.
    pub key: Option<[u8; 32]>,
    /// Whether a new hash would be made of the same.
    pub current: bool,
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=16).contains(&name.len()) && name.bytes().all(allowed)
}
