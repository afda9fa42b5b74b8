//! Restoring a backup. Everything that may go wrong happens in a draft beside the store; then the store is replaced in one
//! transaction, so that it is never half restored.

use super::draft::Draft;
use super::{CopyError, Installed, table};
use crate::queries::{Conn, void};
use crate::schema;
use crate::sqlite::{self, OpenError};
use authms_core::audit::AuditRow;
use authms_core::install::Voided;
use authms_core::time::Timestamp;
use rusqlite::backup::{Backup as Pages, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::Path;

/// A backup that was read, brought to the newest schema and made void where it must be; no store has it yet.
#[derive(Debug)]
pub struct Restore {
    draft: Draft,
    installed: Installed,
    voided: Voided,
}

impl Restore {
    /// Reads a backup into a draft beside the store, where `former` was; `row` makes the audit row of what was made void.
    ///
    /// # Errors
    /// When the file is damaged, foreign, or of a newer authms; or there is no room for the draft.
    pub fn read(
        file: &Path,
        store: &Path,
        former: Option<&Installed>,
        at: Timestamp,
        row: impl FnOnce(&Voided) -> AuditRow,
    ) -> Result<Self, CopyError> {
        let source = source(file)?;
        let draft = Draft::beside(store)?;
        let copied = source.execute("VACUUM INTO ?1", [draft.path().to_string_lossy()]);
        copied.map_err(|e| explain(file, e))?;
        drop(source);
        let mut conn = Connection::open(draft.path())?;
        sqlite::migrate(&mut conn, at)?;
        schema::require_same(Conn::Sqlite(&conn), sqlite::STEPS)?;
        require_ours(&conn, file)?;
        let installed = Installed::read(&conn)?.ok_or_else(|| CopyError::NoInstallation(file.to_owned()))?;
        let voided = made_void(&mut conn, former.map_or(0, |former| former.epoch), at, row)?;
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

    /// Makes it the store in this file, in one transaction; what was there before is gone.
    ///
    /// # Errors
    /// When somebody else uses the store, or it cannot be written; then it is as it was.
    pub fn install(self, store: &Path) -> Result<(), CopyError> {
        let from = Connection::open(self.draft.path())?;
        let mut to = sqlite::open_alone(store)?;
        let pages = Pages::new(&from, &mut to)?;
        match pages.step(-1)? {
            StepResult::Done => {}
            _ => return Err(OpenError::Locked(store.to_owned()).into()),
        }
        drop(pages);
        to.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// Makes void what was given out before the store in this file was restored by other means than [`Restore`].
///
/// # Errors
/// When somebody else uses the store, or it cannot be written; then it is as it was.
pub fn void(store: &Path, at: Timestamp, row: impl FnOnce(&Voided) -> AuditRow) -> Result<Voided, CopyError> {
    let mut conn = sqlite::open_alone(store)?;
    sqlite::migrate(&mut conn, at)?;
    made_void(&mut conn, 0, at, row)
}

fn made_void(
    conn: &mut Connection,
    former: u64,
    at: Timestamp,
    row: impl FnOnce(&Voided) -> AuditRow,
) -> Result<Voided, CopyError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let voided = void::void(Conn::Sqlite(&tx), former, at, row)?;
    tx.commit()?;
    Ok(voided)
}

/// The installation in the store, if there is one.
///
/// # Errors
/// When the store holds something else, or cannot be read.
pub fn installed(store: &Path) -> Result<Option<Installed>, CopyError> {
    if std::fs::metadata(store).map_or(true, |found| found.len() == 0) {
        return Ok(None);
    }
    let conn = sqlite::open_beside(store)?;
    Ok(Installed::read(&conn)?)
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
    if active > 0 || table::of_sqlite(conn)? != table::of_sqlite(&ours)? {
        return Err(CopyError::Foreign(file.to_owned()));
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
