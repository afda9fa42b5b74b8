//! Whole installations on their way: into a backup, out of one, to another place.

mod backup;
mod draft;
mod place;
mod relocate;
mod restore;
mod rows;
mod side;

pub use backup::{Backup, backup};
pub use place::Place;
pub use relocate::{Moved, relocate};
pub use restore::{Restore, installed, now, void};
pub use rows::Copied;

use crate::schema::Unfit;
use crate::sqlite::OpenError;
use crate::{postgres, queries};
use std::path::PathBuf;

/// What is known of an installation that nobody has opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installed {
    /// The fingerprint of its master key.
    pub master_fingerprint: String,
    /// Its issuer.
    pub issuer: String,
    /// How often it was restored.
    pub epoch: u64,
}

/// What is being done to rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
    /// They are written to where they were not.
    Copying,
    /// They are read on both sides.
    Comparing,
}

/// Why an installation was not copied; a sentence for its operator.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A database on a server does not open.
    #[error(transparent)]
    OpenPostgres(#[from] postgres::OpenError),
    /// What is in it does not fit.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The file to be made is there.
    #[error("{} exists already; name a file that does not", .0.display())]
    Exists(PathBuf),
    /// Something on disk refused.
    #[error("cannot {doing} {}: {error}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// The system's answer.
        error: std::io::Error,
    },
    /// A file is not what was once written.
    #[error("{} is damaged ({what}); take another backup, or another copy of this one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        what: String,
    },
    /// There is no installation in a file.
    #[error("{} holds no installation; name a file that `authms backup` made", .0.display())]
    NoInstallation(PathBuf),
    /// A file has a schema that is not ours.
    #[error("{0} has tables, columns or triggers that no authms makes; name another")]
    Foreign(String),
    /// Somebody uses what is to be copied, or where it is to be put.
    #[error("{0} is in use; stop every authms that uses it, then run this again")]
    InUse(Place),
    /// There is nothing to be copied.
    #[error("there is no installation at {0}; name the place of one")]
    Empty(Place),
    /// There is something where it is to be put.
    #[error("{0} holds an installation already; name an empty place")]
    NotEmpty(Place),
    /// There is the beginning of another copy.
    #[error(
        "{0} holds the beginning of a copy of another installation, or of this one before it was used again; empty it, by deleting \
         the file, or dropping the database and creating it anew, then run this again"
    )]
    OfAnother(Place),
    /// The source was used while it was copied.
    #[error(
        "what was copied has changed meanwhile; stop every authms that uses it, empty the copy, and run this again"
    )]
    Changed,
    /// What was copied is not what was to be copied.
    #[error(
        "the table {table} is not the same on both sides ({} rows were to be copied, {} are there): empty the copy, by deleting the \
         file, or dropping the database and creating it anew, then run this again",
        rows.0, rows.1
    )]
    Differs {
        /// The table.
        table: String,
        /// How many rows it has at the source and at the target.
        rows: (u64, u64),
    },
    /// Anything else.
    #[error("SQLite refuses: {0}; check the disk, and the room on it")]
    Sqlite(#[from] rusqlite::Error),
    /// A statement was refused.
    #[error("{0}; once that is mended, run this again")]
    Query(#[from] queries::Error),
}
