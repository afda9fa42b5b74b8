//! A backup: one snapshot of an installation in one SQLite file, whatever the engine.

use super::draft::Draft;
use super::side::Side;
use super::{CopyError, Doing, Installed, Place, rows};
use crate::queries::{Conn, installation, schema, table};
use crate::schema::Unfit;
use crate::sqlite::{self, OpenError, open_beside};
use authms_core::time::Timestamp;
use authms_crypto::SecretString;
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

/// Backs up the installation in an SQLite file, beside whoever uses it. `progress` is told how many rows of how many are done,
/// where that is known.
///
/// # Errors
/// When `to` exists, there is no installation, or one of the sides cannot be read or written.
pub fn backup(
    store: &Place,
    to: &Path,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<Backup, CopyError> {
    let draft = Draft::of(to)?;
    match store {
        Place::Sqlite(file) => of_file(file, draft.path())?,
        Place::Postgres(url) => of_server(url, draft.path(), progress)?,
    }
    let installed = inspect(draft.path())?;
    Ok(Backup { installed, size: draft.publish()? })
}

fn of_file(file: &Path, draft: &Path) -> Result<(), CopyError> {
    if !file.exists() {
        return Err(OpenError::Missing(file.to_owned()).into());
    }
    let conn = open_beside(file)?;
    require_whole(Conn::Sqlite(&conn))?;
    conn.pragma_update(None, "query_only", "OFF")?;
    // What was deleted stays behind; and unlike a copy page by page it never begins anew while others write.
    conn.execute("VACUUM INTO ?1", [draft.to_string_lossy()]).map_err(|e| cannot_read(file, e))?;
    Ok(())
}

/// Row by row out of one snapshot, which nobody waits for.
fn of_server(
    url: &SecretString,
    draft: &Path,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<(), CopyError> {
    let source = Side::served(url)?;
    require_whole(source.conn())?;
    let mut conn = Connection::open(draft)?;
    // It is made safe once, when it is whole.
    conn.pragma_update(None, "synchronous", "OFF")?;
    conn.pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))?;
    sqlite::migrate(&mut conn, Timestamp::default())?;
    source.conn().snapshot(|from| {
        let tables = table::tables(from)?;
        rows::copy(&tables, from, Conn::Sqlite(&conn), progress)?;
        rows::compare(&tables, from, Conn::Sqlite(&conn), progress).map(drop)
    })
}

fn require_whole(conn: Conn<'_>) -> Result<(), CopyError> {
    match schema::standing(conn)?.copy_of {
        Some(_) => Err(Unfit::Unfinished.into()),
        None => Ok(()),
    }
}

/// What is in a draft, after a look at whether it is whole.
fn inspect(draft: &Path) -> Result<Installed, CopyError> {
    let conn = Connection::open(draft)?;
    let found: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(CopyError::Damaged { path: draft.to_owned(), what: found });
    }
    installation::known(Conn::Sqlite(&conn))?.ok_or_else(|| CopyError::NoInstallation(draft.to_owned()))
}

fn cannot_read(store: &Path, error: rusqlite::Error) -> CopyError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            CopyError::Damaged { path: store.to_owned(), what: error.to_string() }
        }
        _ => CopyError::Sqlite(error),
    }
}
