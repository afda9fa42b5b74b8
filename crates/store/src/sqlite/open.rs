//! Opening connections.

use super::error::OpenError;
use super::migrate;
use crate::queries::Conn;
use crate::schema;
use authms_core::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The first version in which resetting a write-ahead log cannot corrupt the database.
const LEAST_VERSION: i32 = 3_051_003;

/// How long to wait for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages in the write-ahead log after which the writer copies them into the database: each copy costs two syncs.
const CHECKPOINT_PAGES: u32 = 4000;

/// The page cache of a connection that copies everything.
const COPY_CACHE_KIB: u32 = 16 * 1024;

/// What the log's file may keep of its size after a burst.
const JOURNAL_BYTES: u32 = 64 * 1024 * 1024;

/// Where the database is, and how large a connection's cache.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) cache_kib: u32,
}

/// Refuses a SQLite that is too old.
pub(super) fn require_version(number: i32) -> Result<(), OpenError> {
    if number >= LEAST_VERSION {
        return Ok(());
    }
    let found = format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000);
    Err(OpenError::SqliteTooOld { found })
}

/// The process's first connection: makes the file if it may, and checks or migrates the schema.
pub(super) fn first(place: &Place, migrate: bool, now: Timestamp) -> Result<Connection, OpenError> {
    let path = &place.path;
    match (path.exists(), migrate) {
        (true, _) => require_writable(path)?,
        (false, true) => create_private(path)?,
        (false, false) => return Err(OpenError::Missing(path.clone())),
    }
    let mut conn = writer(place).map_err(|e| explain(path, e))?;
    let mode: String =
        conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(|e| explain(path, e))?;
    if mode != "wal" {
        return Err(OpenError::NoWal(path.clone()));
    }
    if is_foreign(&conn).map_err(|e| explain(path, e))? {
        return Err(OpenError::NotADatabase(path.clone()));
    }
    schema::require_in_use(Conn::Sqlite(&conn))?;
    if migrate {
        migrate::migrate(&mut conn, now)?;
    }
    schema::require_latest(Conn::Sqlite(&conn), migrate::STEPS)?;
    Ok(conn)
}

/// A connection that writes.
pub(super) fn writer(place: &Place) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&place.path, flags)?;
    common(&conn, place)?;
    durable(&conn)?;
    Ok(conn)
}

fn durable(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    conn.pragma_update(None, "journal_size_limit", JOURNAL_BYTES)
}

/// A connection that only reads.
pub(super) fn reader(place: &Place) -> rusqlite::Result<Connection> {
    // Not opened read-only: the last connection to close must be able to fold the log into the database.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(&place.path, flags)?;
    common(&conn, place)?;
    conn.pragma_update(None, "query_only", "ON")?;
    Ok(conn)
}

/// What every connection is told.
pub(super) fn common(conn: &Connection, place: &Place) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(64);
    // Plans that do not depend on bound values: else SQLite prepares a cached statement anew for each execution.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "cache_size", -i64::from(place.cache_kib))?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.pragma_update(None, "foreign_keys", "OFF")
}

/// A connection to a file of ours beside whoever uses it, whatever its schema's version.
pub(crate) fn beside(path: &Path) -> Result<Connection, OpenError> {
    require_writable(path)?;
    let place = Place { path: path.to_owned(), cache_kib: COPY_CACHE_KIB };
    let conn = reader(&place).map_err(|e| explain(path, e))?;
    if is_foreign(&conn).map_err(|e| explain(path, e))? {
        return Err(OpenError::NotADatabase(path.to_owned()));
    }
    Ok(conn)
}

/// A connection to a file that nobody else uses, nor can until it is closed; the file is made if there is none.
pub(crate) fn alone(path: &Path) -> Result<Connection, OpenError> {
    if path.exists() {
        require_writable(path)?
    } else {
        create_private(path)?
    }
    let place = Place { path: path.to_owned(), cache_kib: COPY_CACHE_KIB };
    let open = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(path, flags)?;
        // Before anything is read: then SQLite asks for the lock that all others share.
        conn.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
        common(&conn, &place)?;
        durable(&conn)?;
        conn.execute_batch("BEGIN EXCLUSIVE; COMMIT")?;
        Ok(conn)
    };
    let conn = open().map_err(|e| explain(path, e))?;
    if is_foreign(&conn).map_err(|e| explain(path, e))? {
        return Err(OpenError::NotADatabase(path.to_owned()));
    }
    Ok(conn)
}

/// Whether the database has tables, but none of ours.
fn is_foreign(conn: &Connection) -> rusqlite::Result<bool> {
    let sql =
        "SELECT count(*) > 0 AND sum(name = 'schema_migrations') = 0 FROM sqlite_schema WHERE type = 'table'";
    Ok(conn.query_row(sql, [], |row| row.get::<_, Option<bool>>(0))?.unwrap_or(false))
}

fn require_writable(path: &Path) -> Result<(), OpenError> {
    OpenOptions::new().read(true).write(true).open(path).map(drop).map_err(|e| not_writable(path, &e))
}

/// Makes an empty file that only its owner may read: SQLite gives its log the same mode.
fn create_private(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(not_writable(path, &e)),
        _ => Ok(()),
    }
}

fn not_writable(path: &Path, cause: &std::io::Error) -> OpenError {
    OpenError::NotWritable { path: path.to_owned(), cause: cause.to_string() }
}

/// What an error at open means to the operator.
pub(super) fn explain(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase(path.to_owned()),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            OpenError::NotWritable { path: path.to_owned(), cause: error.to_string() }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(path.to_owned()),
        _ => OpenError::Sqlite(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, first, reader, require_version};
    use crate::queries::{Conn, ticket_view};
    use authms_core::id::TicketId;
    use authms_core::time::Timestamp;
    use rusqlite::StatementStatus;

    #[test]
    fn p38_sqlite_below_3_51_3_refuses_to_start() {
        for old in [3_007_000, 3_050_004, 3_051_002] {
            let error = require_version(old).expect_err("too old");
            assert!(error.to_string().contains("3.51.3"), "{error}");
        }
        for new in [3_051_003, 3_052_000, rusqlite::version_number()] {
            assert!(require_version(new).is_ok());
        }
    }

    /// As `.cargo/config.toml` says, which Cargo reads only where the repository is the working directory.
    #[test]
    fn sqlite_is_built_without_extensions_and_statistics() {
        let conn = rusqlite::Connection::open_in_memory().expect("it opens");
        let mut options = conn.prepare("PRAGMA compile_options").expect("it is known");
        let options: Vec<String> =
            options.query_map([], |row| row.get(0)).and_then(|rows| rows.collect()).expect("they are told");
        assert!(options.contains(&"OMIT_LOAD_EXTENSION".to_owned()), "{options:?}");
        assert!(options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()), "{options:?}");
        assert!(!options.iter().any(|o| o.starts_with("ENABLE_FTS")), "{options:?}");
    }

    #[test]
    fn hot_statements_are_prepared_once() {
        let file = format!("authms-open-{}.db", std::process::id());
        let place = Place { path: std::env::temp_dir().join(file), cache_kib: 256 };
        let writer = first(&place, true, Timestamp::default()).expect("it opens");
        let conn = reader(&place).expect("it opens");
        for n in 0..9 {
            ticket_view::get(Conn::Sqlite(&conn), TicketId::from_bytes([n; 16]), Timestamp::from_millis(0))
                .expect("it reads");
        }
        let statement = conn.prepare_cached(&ticket_view::SQL).expect("it is cached");
        assert_eq!(statement.get_status(StatementStatus::Run), 9);
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        drop(statement);
        drop((conn, writer));
        std::fs::remove_file(&place.path).expect("it was there");
    }
}
