//! Errors of PostgreSQL, and what they mean for a commit.

use crate::queries::Error;
use authms_core::commit::{CommitError, Unique};
use tokio_postgres::error::SqlState;

/// What kept a statement from its end. It shows what the server says, but never the values that it says it of.
#[derive(Debug)]
pub struct PostgresError(Kind);

#[derive(Debug)]
enum Kind {
    Client(Box<tokio_postgres::Error>),
    Silent,
    OnlyReads,
}

impl PostgresError {
    /// The server did not answer in time.
    pub(super) const SILENT: Self = Self(Kind::Silent);
    /// The server is a standby, or was told to write nothing.
    pub(super) const ONLY_READS: Self = Self(Kind::OnlyReads);

    /// Whether it is [`PostgresError::ONLY_READS`].
    pub(super) fn only_reads(&self) -> bool {
        matches!(self.0, Kind::OnlyReads)
    }

    /// Whether the server asked for a password, and the URL has none.
    pub(super) fn lacks_password(&self) -> bool {
        matches!(&self.0, Kind::Client(error) if error.to_string().contains("configuration"))
    }

    /// The class of the error, if it is the server's.
    pub(super) fn state(&self) -> Option<&SqlState> {
        match &self.0 {
            Kind::Client(error) => error.code(),
            Kind::Silent | Kind::OnlyReads => None,
        }
    }

    fn constraint(&self) -> Option<&str> {
        match &self.0 {
            Kind::Client(error) => error.as_db_error()?.constraint(),
            Kind::Silent | Kind::OnlyReads => None,
        }
    }
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self(Kind::Client(Box::new(error)))
    }
}

impl std::fmt::Display for PostgresError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let error = match &self.0 {
            Kind::Client(error) => error,
            Kind::Silent => return f.write_str("PostgreSQL does not answer in time"),
            Kind::OnlyReads => return f.write_str("this server of PostgreSQL only reads"),
        };
        match (error.as_db_error(), std::error::Error::source(&**error)) {
            (Some(said), _) => write!(f, "PostgreSQL: {} ({})", said.message(), said.code().code()),
            (None, Some(cause)) => write!(f, "PostgreSQL: {error}: {cause}"),
            (None, None) => write!(f, "PostgreSQL: {error}"),
        }
    }
}

impl std::error::Error for PostgresError {}

/// Why a transaction did not become durable.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// One of its commits cannot be written; the others might.
    #[error("a commit cannot be written: {0}")]
    Row(Error),
    /// The value exists already.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// Another transaction stood in the way; nothing was written, and it may be tried again.
    #[error("another transaction stood in the way: {0}")]
    Raced(Error),
    /// Nothing can be written now; nothing was.
    #[error("nothing can be written: {0}")]
    Store(Error),
    /// The connection was lost during COMMIT: perhaps it was written.
    #[error("COMMIT was not answered: {0}")]
    Unknown(Error),
}

impl Failed {
    /// What an error before COMMIT means.
    pub(super) fn before_commit(error: Error) -> Self {
        let Error::Postgres(cause) = &error else { return Self::Row(error) };
        let Some(state) = cause.state() else { return Self::Store(error) };
        if *state == SqlState::UNIQUE_VIOLATION
            && let Some(unique) = cause.constraint().and_then(unique)
        {
            return Self::Taken(unique);
        }
        match state.code().get(..2) {
            _ if is_race(state) => Self::Raced(error),
            // Data that does not fit, constraints, statements: this commit's own.
            Some("22" | "23" | "42") => Self::Row(error),
            _ => Self::Store(error),
        }
    }

    /// What an error of COMMIT means. An answer of the server's says that it was rolled back; no answer says nothing.
    pub(super) fn at_commit(error: Error) -> Self {
        match &error {
            Error::Postgres(cause) if cause.state().is_some_and(is_certain) => Self::before_commit(error),
            _ => Self::Unknown(error),
        }
    }

    /// What the caller is told.
    pub(super) fn answer(&self) -> CommitError {
        match self {
            Self::Taken(unique) => CommitError::Taken(*unique),
            Self::Raced(_) => CommitError::Busy,
            Self::Row(_) | Self::Store(_) => CommitError::Unavailable,
            Self::Unknown(_) => CommitError::Unknown,
        }
    }
}

fn is_race(state: &SqlState) -> bool {
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE]
        .contains(state)
}

/// Whether an answer to COMMIT says that nothing was written. Not if the server went down meanwhile (class 57), nor if the
/// connection broke (08).
fn is_certain(state: &SqlState) -> bool {
    matches!(state.code().get(..2), Some("22" | "23" | "25" | "40" | "42" | "53" | "55"))
}

/// The constraints that make something unique.
const UNIQUES: [(&str, Unique); 4] = [
    ("user_identifiers_pkey", Unique::UserIdentifier),
    ("clients_name", Unique::ClientName),
    ("tenants_name", Unique::TenantName),
    ("passkeys_credential", Unique::Credential),
];

fn unique(constraint: &str) -> Option<Unique> {
    UNIQUES.iter().find(|(name, _)| *name == constraint).map(|(_, unique)| *unique)
}
