//! A backup: one snapshot of an installation in one SQLite file, whatever the engine.

use super::draft::Draft;
use super::{CopyError, Installed};
use crate::sqlite::{OpenError, open_beside};
use rusqlite::Connection;
use std::path::Path;

/// What a backup holds.
#[derive(Clone, Debug)]
pub struct Backup {
    /// The installation in it.
    pub installed: Installed,
    /// Its size in bytes.
    pub size: u64,
}

/// Backs up the installation in an SQLite file, beside whoever uses it.
///
/// # Errors
/// When `to` exists, there is no installation, or one of the files cannot be read or written.
pub fn backup(store: &Path, to: &Path) -> Result<Backup, CopyError> {
    if !store.exists() {
        return Err(OpenError::Missing(store.to_owned()).into());
    }
    let draft = Draft::of(to)?;
    let conn = open_beside(store)?;
    conn.pragma_update(None, "query_only", "OFF")?;
    // What was deleted stays behind; and unlike a copy page by page it never begins anew while others write.
    conn.execute("VACUUM INTO ?1", [draft.path().to_string_lossy()]).map_err(|e| cannot_read(store, e))?;
    drop(conn);
    let installed = inspect(draft.path())?;
    Ok(Backup { installed, size: draft.publish()? })
}

/// What is in a draft, after a look at whether it is whole.
fn inspect(draft: &Path) -> Result<Installed, CopyError> {
    let conn = Connection::open(draft)?;
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(CopyError::Damaged { path: draft.to_owned(), what: found });
    }
    Installed::read(&conn)?.ok_or_else(|| CopyError::NoInstallation(draft.to_owned()))
}

fn cannot_read(store: &Path, error: rusqlite::Error) -> CopyError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            CopyError::Damaged { path: store.to_owned(), what: error.to_string() }
        }
        _ => CopyError::Sqlite(error),
    }
}
