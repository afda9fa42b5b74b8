//! Restoring a backup. Everything that may go wrong happens in a draft beside the store; then the store is replaced in one
//! transaction, so that it is never half restored.

use super::draft::Draft;
use super::side::Side;
use super::{CopyError, Doing, Installed, Place, rows};
use crate::postgres::Alone;
use crate::queries::schema::{self as found, Standing};
use crate::queries::{Conn, installation, table, void};
use crate::schema::{self, Unfit};
use crate::sqlite::{self, OpenError};
use authms_core::audit::AuditRow;
use authms_core::install::Voided;
use authms_core::time::Timestamp;
use rusqlite::backup::{Backup as Pages, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;

/// A backup that was read, brought to the newest schema and made void where it must be; no store has it yet.
#[derive(Debug)]
pub struct Restore {
    draft: Draft,
    installed: Installed,
    voided: Voided,
}

impl Restore {
    /// Reads a backup into a draft beside this path, for a store where `former` was; `row` makes the audit row of what was made
    /// void.
    ///
    /// # Errors
    /// When the file is damaged, foreign, or of a newer authms; or there is no room for the draft.
    pub fn read(
        file: &Path,
        beside: &Path,
        former: Option<&Installed>,
        at: Timestamp,
        row: impl FnOnce(&Voided) -> AuditRow,
    ) -> Result<Self, CopyError> {
        let source = source(file)?;
        let draft = Draft::beside(beside)?;
        let copied = source.execute("VACUUM INTO ?1", [draft.path().to_string_lossy()]);
        copied.map_err(|e| explain(file, e))?;
        drop(source);
        let mut conn = Connection::open(draft.path())?;
        sqlite::migrate(&mut conn, at)?;
        schema::require_same(Conn::Sqlite(&conn), sqlite::STEPS)?;
        require_ours(&conn, file)?;
        let installed = installation::known(Conn::Sqlite(&conn))?
            .ok_or_else(|| CopyError::NoInstallation(file.to_owned()))?;
        let former = former.map_or(0, |former| former.epoch);
        let voided = Conn::Sqlite(&conn).whole(|conn| void::void(conn, former, at, row))?;
        let installed = Installed { epoch: voided.epoch, ..installed };
        Ok(Self { draft, installed, voided })
    }

    /// The installation in it.
    pub fn installed(&self) -> &Installed {
        &self.installed
    }

    /// What was made void.
    pub fn voided(&self) -> &Voided {
        &self.voided
    }

    /// Makes it the store, in one transaction; what was there before is gone. `progress` is told how many rows of how many are
    /// done, where that is known.
    ///
    /// # Errors
    /// When somebody else uses the store, or it cannot be written; then it is as it was.
    pub fn install(
        self,
        store: &Place,
        at: Timestamp,
        progress: &mut dyn FnMut(Doing, u64, u64),
    ) -> Result<(), CopyError> {
        let from = Connection::open(self.draft.path())?;
        match store {
            Place::Sqlite(file) => into_file(&from, file),
            Place::Postgres(_) => into_server(&from, &Side::target(store, at)?, progress),
        }
    }
}

fn into_file(from: &Connection, file: &Path) -> Result<(), CopyError> {
    let mut to = sqlite::open_alone(file)?;
    let pages = Pages::new(from, &mut to)?;
    match pages.step(-1)? {
        StepResult::Done => {}
        _ => return Err(OpenError::Locked(file.to_owned()).into()),
    }
    drop(pages);
    to.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn into_server(
    from: &Connection,
    to: &Side,
    progress: &mut dyn FnMut(Doing, u64, u64),
) -> Result<(), CopyError> {
    let from = Conn::Sqlite(from);
    let tables = table::tables(from)?;
    to.conn().whole(|to_conn| {
        to.keep_out()?;
        tables.iter().try_for_each(|table| table.clear(to_conn))?;
        rows::copy(&tables, from, to_conn, progress)?;
        rows::compare(&tables, from, to_conn, progress)?;
        table::renumber(to_conn)?;
        Ok(found::stand(to_conn, &Standing::default())?)
    })
}

/// Makes void what was given out before the store was restored by other means than [`Restore`], or before it was left.
///
/// # Errors
/// When somebody else uses the store, or it cannot be written; then it is as it was.
pub fn void(
    store: &Place,
    at: Timestamp,
    row: impl FnOnce(&Voided) -> AuditRow,
) -> Result<Voided, CopyError> {
    installed(store)?.ok_or_else(|| CopyError::Empty(store.clone()))?;
    let side = Side::target(store, at)?;
    side.conn().whole(|conn| {
        side.keep_out()?;
        match found::standing(conn)?.copy_of {
            Some(_) => Err(Unfit::Unfinished.into()),
            None => Ok(void::void(conn, 0, at, row)?),
        }
    })
}

/// The installation in the store, if there is one.
///
/// # Errors
/// When the store holds something else, or cannot be read.
pub fn installed(store: &Place) -> Result<Option<Installed>, CopyError> {
    match store {
        Place::Sqlite(file) if std::fs::metadata(file).map_or(true, |found| found.len() == 0) => Ok(None),
        Place::Sqlite(file) => Ok(installation::known(Conn::Sqlite(&sqlite::open_beside(file)?))?),
        Place::Postgres(url) => {
            let alone = Alone::open(url.expose(), None)?;
            Ok(installation::known(Conn::Postgres(alone.session()))?)
        }
    }
}

/// The time of day that goes for a store: `here`, or that of the server.
///
/// # Errors
/// When the server does not tell it.
pub fn now(store: &Place, here: Timestamp) -> Result<Timestamp, CopyError> {
    match store {
        Place::Sqlite(_) => Ok(here),
        Place::Postgres(url) => Ok(Alone::open(url.expose(), None)?.now()?),
    }
}

/// The backup, opened without trust, and looked through.
fn source(file: &Path) -> Result<Connection, CopyError> {
    std::fs::File::open(file).map_err(|error| CopyError::Io {
        doing: "open",
        path: file.to_owned(),
        error,
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags).map_err(|e| explain(file, e))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    let check = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match check.map_err(|e| explain(file, e))?.as_str() {
        "ok" => Ok(conn),
        found => Err(CopyError::Damaged { path: file.to_owned(), what: found.to_owned() }),
    }
}

/// Refuses tables and columns that no migration makes, and what would act on its own.
fn require_ours(conn: &Connection, file: &Path) -> Result<(), CopyError> {
    let mut ours = Connection::open_in_memory()?;
    sqlite::migrate(&mut ours, Timestamp::default())?;
    let active = "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')";
    let active: u32 = conn.query_row(active, [], |row| row.get(0))?;
    if active > 0 || table::tables(Conn::Sqlite(conn))? != table::tables(Conn::Sqlite(&ours))? {
        return Err(CopyError::Foreign(file.display().to_string()));
    }
    Ok(())
}

fn explain(file: &Path, error: rusqlite::Error) -> CopyError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(file.to_owned()).into(),
        Some(ErrorCode::DatabaseCorrupt) => {
            CopyError::Damaged { path: file.to_owned(), what: error.to_string() }
        }
        _ => CopyError::Sqlite(error),
    }
}
