//! What is SQLite's own: opening, failing and coming back, several processes on one file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use authms_core::audit::{AuditRow, EventName};
use authms_core::commit::{Change, Commit, CommitError};
use authms_core::id::Id;
use authms_core::mfa::MfaPolicy;
use authms_core::on_behalf::OnBehalfPolicy;
use authms_core::password::PasswordPolicy;
use authms_core::ports::{Clock, Store, Tenants};
use authms_core::retention::Retention;
use authms_core::risk::RiskConfig;
use authms_core::signing_key::Signing;
use authms_core::tenant::{Change as TenantChange, Tenant, TenantStatus};
use authms_core::ticket::TicketPolicy;
use authms_core::time::{Span, Timestamp};
use authms_store::{OpenError, Options, SqliteStore, Unfit};
use authms_testkit::clock::FakeClock;
use authms_testkit::rng::SeededRng;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[test]
fn a_database_is_created_only_by_a_migration() {
    let dir = Directory::new();
    let error = open(&dir.file(), 64, false).err().unwrap();
    assert!(error.to_string().contains("authms migrate"), "{error}");
    assert!(!dir.file().exists());
    drop(open(&dir.file(), 64, true).unwrap());
    let store = open(&dir.file(), 64, false).unwrap();
    assert_eq!(store.schema_version(), Ok(authms_store::sqlite::LATEST_SCHEMA_VERSION));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Directory::new();
    let _store = open(&dir.file(), 64, true).unwrap();
    let files: Vec<_> = std::fs::read_dir(&dir.0).unwrap().map(Result::unwrap).collect();
    assert!(files.len() > 1, "the log is there too");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn the_database_is_as_durable_as_it_must_be() {
    let dir = Directory::new();
    let store = open(&dir.file(), 64, true).unwrap();
    let (send, receive) = std::sync::mpsc::channel();
    store.with_writer(move |conn| {
        let pragma = |name: &str| {
            conn.query_row(&format!("PRAGMA {name}"), [], |row| {
                let value: rusqlite::types::Value = row.get(0)?;
                Ok(format!("{value:?}"))
            })
            .unwrap()
        };
        send.send(["journal_mode", "synchronous", "secure_delete", "cache_size", "foreign_keys"].map(pragma))
            .unwrap();
    });
    let found = receive.recv().unwrap();
    assert_eq!(found, ["Text(\"wal\")", "Integer(2)", "Integer(1)", "Integer(-1024)", "Integer(0)"]);
}

#[test]
fn a_schema_from_the_future_is_served_until_it_takes_away_what_is_needed() {
    let dir = Directory::new();
    drop(open(&dir.file(), 64, true).unwrap());
    alter(&dir, "INSERT INTO schema_migrations VALUES (99, '0099_later', 0, 0)");
    for migrate in [true, false] {
        // It takes nothing away that this version needs.
        let store = open(&dir.file(), 64, migrate).unwrap();
        assert_eq!(store.schema_version(), Ok(99));
    }
    alter(&dir, "UPDATE store_state SET lowest = 98");
    for migrate in [true, false] {
        let error = open(&dir.file(), 64, migrate).err().unwrap();
        assert!(matches!(error, OpenError::Unfit(Unfit::Newer { found: 99, lowest: 98, .. })), "{error}");
        assert!(error.to_string().contains("start a newer authms"), "{error}");
    }
}

#[test]
fn a_store_that_was_left_or_is_not_whole_is_not_used() {
    let dir = Directory::new();
    drop(open(&dir.file(), 64, true).unwrap());
    for (state, why) in [
        ("moved_to = 'PostgreSQL, id on db.internal port 5432'", "moved to PostgreSQL, id on db.internal"),
        ("moved_to = NULL, copy_of = 'another'", "a copy that was cut off"),
    ] {
        alter(&dir, &format!("UPDATE store_state SET {state}"));
        for migrate in [true, false] {
            let error = open(&dir.file(), 64, migrate).err().unwrap();
            assert!(error.to_string().contains(why), "{error}");
        }
    }
}

#[test]
fn an_older_schema_is_not_migrated_unasked() {
    let dir = Directory::new();
    alter(
        &dir,
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, checksum INTEGER, applied_at INTEGER)",
    );
    let error = open(&dir.file(), 64, false).err().unwrap();
    assert!(matches!(error, OpenError::Unfit(Unfit::Older { found: 0, .. })), "{error}");
    assert!(error.to_string().contains("authms migrate"), "{error}");
}

#[test]
fn an_edited_migration_refuses_to_start() {
    let dir = Directory::new();
    drop(open(&dir.file(), 64, true).unwrap());
    alter(&dir, "UPDATE schema_migrations SET checksum = checksum + 1");
    let error = open(&dir.file(), 64, true).err().unwrap();
    assert!(matches!(error, OpenError::Unfit(Unfit::Changed("0001_initial"))), "{error}");
}

#[test]
fn other_files_are_left_alone() {
    let dir = Directory::new();
    std::fs::write(dir.file(), "not a database, but long enough to have a header of its own".repeat(9))
        .unwrap();
    let error = open(&dir.file(), 64, true).err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error}");
    std::fs::remove_file(dir.file()).unwrap();
    alter(&dir, "CREATE TABLE somebody_elses (x)");
    let error = open(&dir.file(), 64, true).err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error}");
    let error = open(&dir.0.join("no/such/directory.db"), 64, true).err().unwrap();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
}

#[tokio::test]
async fn s09_full_disk_is_unavailable_and_recovers() {
    let dir = Directory::new();
    let store = open(&dir.file(), 64, true).unwrap();
    let first = tenant("first");
    store.commit(create(&first)).await.unwrap();
    store.with_writer(|conn| {
        let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    });
    let mut refused = None;
    for n in 0..200 {
        let next = tenant(&format!("{n}{}", "x".repeat(500)));
        if let Err(error) = store.commit(create(&next)).await {
            refused = Some((next, error));
            break;
        }
    }
    let (next, error) = refused.expect("the disk is full at last");
    assert_eq!(error, CommitError::Unavailable);
    assert!(store.tenant(next.id).await.unwrap().is_none());
    assert!(store.tenant(first.id).await.unwrap().is_some(), "reads go on");
    store.with_writer(|conn| {
        conn.pragma_update_and_check(None, "max_page_count", 1_000_000, |_| Ok(())).unwrap();
    });
    store.commit(create(&next)).await.unwrap();
    assert!(store.tenant(next.id).await.unwrap().is_some());
}

#[tokio::test]
async fn s09_read_only_storage_is_unavailable_and_recovers() {
    let dir = Directory::new();
    let store = open(&dir.file(), 64, true).unwrap();
    store.with_writer(|conn| conn.pragma_update(None, "query_only", "ON").unwrap());
    let (one, two) = (tenant("one"), tenant("two"));
    assert_eq!(store.commit(create(&one)).await.unwrap_err(), CommitError::Unavailable);
    // The writer opened a new connection.
    store.commit(create(&two)).await.unwrap();
    assert!(store.tenant(one.id).await.unwrap().is_none());
    assert!(store.tenant(two.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lost_connection_is_opened_again() {
    let dir = Directory::new();
    let store = open(&dir.file(), 64, true).unwrap();
    store.with_writer(|conn| *conn = Connection::open_in_memory().unwrap());
    assert_eq!(store.commit(create(&tenant("one"))).await.unwrap_err(), CommitError::Unavailable);
    store.with_writer(|_| panic!("on purpose"));
    store.commit(create(&tenant("two"))).await.unwrap();
}

#[tokio::test]
async fn a_panicking_writer_answers_and_goes_on() {
    struct Broken(AtomicU32);
    impl Clock for Broken {
        fn now(&self) -> Timestamp {
            assert_ne!(self.0.fetch_add(1, Ordering::SeqCst), 2, "on purpose");
            FakeClock::default().now()
        }
    }
    let dir = Directory::new();
    let store = open_at(&dir.file(), 64, true, Arc::new(Broken(AtomicU32::new(0)))).unwrap();
    store.commit(create(&tenant("one"))).await.unwrap();
    assert_eq!(store.commit(create(&tenant("two"))).await.unwrap_err(), CommitError::Unknown);
    store.commit(create(&tenant("three"))).await.unwrap();
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let dir = Directory::new();
    let store = Arc::new(open(&dir.file(), 2, true).unwrap());
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (begun, begins) = std::sync::mpsc::channel();
    store.with_writer(move |_| {
        begun.send(()).unwrap();
        held.recv().unwrap();
    });
    begins.recv().unwrap();
    let waiting: Vec<_> = (0..2)
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.commit(create(&tenant(&format!("waits {n}")))).await })
        })
        .collect();
    tokio::task::yield_now().await;
    assert_eq!(store.commit(create(&tenant("busy"))).await.unwrap_err(), CommitError::Busy);
    release.send(()).unwrap();
    for commit in waiting {
        commit.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn two_processes_write_one_file() {
    let dir = Directory::new();
    let (ahead, behind) = (FakeClock::default(), FakeClock::default());
    behind.step_back(Span::hours(1));
    let server = open_at(&dir.file(), 64, true, Arc::new(ahead)).unwrap();
    let cli = open_at(&dir.file(), 64, false, Arc::new(behind)).unwrap();
    let mut last = server.commit(create(&tenant("first"))).await.unwrap().at;
    for n in 0..20 {
        let new = tenant(&format!("tenant {n}"));
        let (writes, reads) = if n % 2 == 0 { (&cli, &server) } else { (&server, &cli) };
        let at = writes.commit(create(&new)).await.unwrap().at;
        assert!(at >= last, "the clock of either goes for both");
        last = at;
        assert!(reads.tenant(new.id).await.unwrap().is_some());
    }
    let taken = server.commit(create(&tenant("tenant 3"))).await.unwrap_err();
    assert!(matches!(taken, CommitError::Taken(_)));
}

#[tokio::test]
async fn what_was_accepted_is_written_before_the_store_closes() {
    let dir = Directory::new();
    let store = Arc::new(open(&dir.file(), 64, true).unwrap());
    let new = tenant("last");
    let commit = create(&new);
    let running = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.commit(commit).await }
    });
    tokio::task::yield_now().await;
    running.abort();
    let _ = running.await;
    drop(store);
    let store = open(&dir.file(), 64, false).unwrap();
    assert!(store.tenant(new.id).await.unwrap().is_some());
}

fn tenant(name: &str) -> Tenant {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = FakeClock::default().now();
    let rng = SeededRng::new(COUNT.fetch_add(1, Ordering::Relaxed).into());
    Tenant {
        id: Id::generate(now, &rng),
        name: name.to_owned(),
        status: TenantStatus::Active,
        is_default: false,
        signing: Signing::DEFAULT,
        ticket_policy: TicketPolicy::default(),
        on_behalf_policy: OnBehalfPolicy::default(),
        audit_retention: None,
        mfa_policy: MfaPolicy::default(),
        password_policy: PasswordPolicy::default(),
        risk_config: RiskConfig::default(),
        fence: 1,
        rev: 1,
        created_at: now,
        updated_at: now,
    }
}

fn create(tenant: &Tenant) -> Commit {
    let audit = AuditRow {
        id: Id::from_bytes(*tenant.id.bytes()),
        tenant: Some(tenant.id),
        name: EventName::TenantCreated,
        body: b"{}".to_vec(),
    };
    Commit::new(audit).change(Change::Tenant(TenantChange::Create(tenant.clone())))
}

fn open(path: &Path, queue: usize, migrate: bool) -> Result<SqliteStore, OpenError> {
    open_at(path, queue, migrate, Arc::new(FakeClock::default()))
}

fn open_at(
    path: &Path,
    queue: usize,
    migrate: bool,
    clock: Arc<dyn Clock>,
) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(
        path,
        Options { cache_kib: 1024, queue, migrate, retention: Retention::default(), clock },
    )
}

/// Changes the database behind the store's back.
fn alter(dir: &Directory, sql: &str) {
    Connection::open(dir.file()).unwrap().execute_batch(sql).unwrap();
}

struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("authms-sqlite-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("authms.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
