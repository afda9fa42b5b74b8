//! Where an installation is.

use crate::postgres;
use authms_crypto::SecretString;
use std::path::PathBuf;

/// Where an installation is.
#[derive(Clone, Debug)]
pub enum Place {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A database of PostgreSQL, by its URL.
    Postgres(SecretString),
}

/// Without what may be a password.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => {
                write!(f, "{}", std::path::absolute(path).as_deref().unwrap_or(path).display())
            }
            Self::Postgres(url) => f.write_str(&postgres::place_of(url.expose())),
        }
    }
}
