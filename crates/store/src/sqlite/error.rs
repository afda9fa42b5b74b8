//! Why a store does not open, in sentences for its operator; and what errors of SQLite mean for a commit.

use crate::queries::Error;
use crate::schema::Unfit;
use authms_core::commit::{CommitError, Unique};
use rusqlite::ErrorCode;
use std::path::PathBuf;

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite is too old.
    #[error(
        "SQLite {found} can corrupt a database in WAL mode (fixed in 3.51.3); build authms with its bundled SQLite"
    )]
    SqliteTooOld {
        /// Its version.
        found: String,
    },
    /// There is no database, and none is to be made.
    #[error("there is no database at {}; run `authms migrate` to create it", .0.display())]
    Missing(PathBuf),
    /// The file or its directory cannot be written.
    #[error("{} cannot be written ({cause}); give the user that runs authms write access to it and its directory", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The file is something else.
    #[error("{} is not an authms database; name another file, or move this one away", .0.display())]
    NotADatabase(PathBuf),
    /// The file system lacks what WAL mode needs.
    #[error("{} cannot use a write-ahead log; put the database on a local file system", .0.display())]
    NoWal(PathBuf),
    /// What is in it does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Another process holds the lock.
    #[error("{} is locked by another process; stop that process, or try again when it is done", .0.display())]
    Locked(PathBuf),
    /// The writing thread cannot be started.
    #[error("the writing thread cannot be started: {0}; raise the limit of processes for this user")]
    Thread(std::io::Error),
    /// Anything else.
    #[error("the database cannot be opened: {0}; check the disk, or restore a backup")]
    Sqlite(#[from] rusqlite::Error),
}

/// Why a transaction did not become durable.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// One of its commits cannot be written; the others might.
    #[error("a commit cannot be written: {0}")]
    Row(Error),
    /// The value exists already.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// Nothing can be written now; nothing was.
    #[error("nothing can be written: {0}")]
    Store(Error),
    /// COMMIT itself failed: perhaps it was written.
    #[error("COMMIT failed: {0}")]
    Unknown(rusqlite::Error),
}

impl Failed {
    /// What an error before COMMIT means.
    pub(super) fn before_commit(error: Error) -> Self {
        match (unique(&error), code(&error)) {
            (Some(unique), _) => Self::Taken(unique),
            (None, Some(code)) if is_of_the_store(code) => Self::Store(error),
            _ => Self::Row(error),
        }
    }

    /// What an error of COMMIT means. These three leave the transaction as it was, for the rollback that follows; after
    /// any other, its end may already stand in the log, where a recovery would find it.
    pub(super) fn at_commit(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::ReadOnly) => {
                Self::Store(error.into())
            }
            _ => Self::Unknown(error),
        }
    }

    /// Whether the connection is as good as before: a full disk or a bad row does it no harm.
    pub(super) fn spares_connection(&self) -> bool {
        match self {
            Self::Taken(_) | Self::Row(_) => true,
            Self::Store(e) => code(e) == Some(ErrorCode::DiskFull),
            Self::Unknown(_) => false,
        }
    }

    /// What the caller is told.
    pub(super) fn answer(&self) -> CommitError {
        match self {
            Self::Taken(unique) => CommitError::Taken(*unique),
            Self::Row(_) | Self::Store(_) => CommitError::Unavailable,
            Self::Unknown(_) => CommitError::Unknown,
        }
    }
}

fn code(error: &Error) -> Option<ErrorCode> {
    match error {
        Error::Sqlite(error) => error.sqlite_error_code(),
        _ => None,
    }
}

fn is_of_the_store(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::SchemaChanged
    )
}

/// The columns that a unique constraint's message names, by what they make unique.
const UNIQUES: [(&str, Unique); 4] = [
    ("user_identifiers.tenant_id", Unique::UserIdentifier),
    ("clients.tenant_id, clients.name", Unique::ClientName),
    ("tenants.name", Unique::TenantName),
    ("passkeys.credential_id", Unique::Credential),
];

fn unique(error: &Error) -> Option<Unique> {
    match error {
        Error::Sqlite(rusqlite::Error::SqliteFailure(e, Some(message)))
            if e.code == ErrorCode::ConstraintViolation =>
        {
            UNIQUES.iter().find(|(columns, _)| message.contains(columns)).map(|(_, unique)| *unique)
        }
        _ => None,
    }
}
