//! Whole installations on their way: into a backup, out of one.

mod backup;
mod draft;
mod restore;
mod table;

pub use backup::{Backup, backup};
pub use restore::{Restore, installed, void};

use crate::schema::Unfit;
use crate::sqlite::OpenError;
use rusqlite::{Connection, OptionalExtension as _};
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

impl Installed {
    fn read(conn: &Connection) -> rusqlite::Result<Option<Self>> {
        let there =
            "SELECT count(*) FROM pragma_table_info('installation') WHERE name IN ('issuer', 'epoch')";
        // Before there were epochs, it is the first.
        let epoch = match conn.query_row(there, [], |row| row.get(0))? {
            0 => return Ok(None),
            1 => "0",
            _ => "epoch",
        };
        let sql = format!("SELECT master_fingerprint, issuer, {epoch} FROM installation");
        let read = |row: &rusqlite::Row<'_>| {
            let epoch: i64 = row.get(2)?;
            Ok(Self { master_fingerprint: row.get(0)?, issuer: row.get(1)?, epoch: epoch.unsigned_abs() })
        };
        conn.query_row(&sql, [], read).optional()
    }
}

/// Why an installation was not copied; a sentence for its operator.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
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
    #[error("{} has tables, columns or triggers that no authms makes; name a file that `authms backup` made", .0.display())]
    Foreign(PathBuf),
    /// Anything else.
    #[error("SQLite refuses: {0}; check the disk, and the room on it")]
    Sqlite(#[from] rusqlite::Error),
    /// The same.
    #[error(transparent)]
    Query(#[from] crate::queries::Error),
}
