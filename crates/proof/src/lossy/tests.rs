//! The layer must be invisible to SQLite, and must lose exactly what was not synced.

use super::image::{Code, Image, RawFile};
use super::{Mutant, register};
use crate::process::TempDir;
use crate::rng::Rng;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Mutex;

/// The mutant is a setting of the whole process: one test at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl RawFile for Vec<u8> {
    fn read(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Code> {
        into.fill(0);
        let held = self.get(offset as usize..).unwrap_or_default();
        let length = held.len().min(into.len());
        into[..length].copy_from_slice(&held[..length]);
        Ok(())
    }
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Code> {
        let end = offset as usize + bytes.len();
        if bytes.is_empty() {
            return Ok(());
        }
        self.resize(self.len().max(end), 0);
        self[offset as usize..end].copy_from_slice(bytes);
        Ok(())
    }
    fn truncate(&mut self, size: u64) -> Result<(), Code> {
        self.resize(size as usize, 0);
        Ok(())
    }
    fn size(&mut self) -> Result<u64, Code> {
        Ok(self.len() as u64)
    }
}

#[test]
fn an_image_reads_as_the_file_would() {
    for seed in 0..50 {
        let mut rng = Rng::new(seed);
        let (mut raw, mut model, mut image) = (Vec::new(), Vec::new(), Image::default());
        for step in 0..200 {
            let (offset, length) = (rng.between(0, 30_000), rng.between(0, 10_000) as usize);
            match rng.between(0, 9) {
                0..=4 => {
                    let bytes = vec![rng.next() as u8; length];
                    image.write(&mut raw, offset, &bytes).expect("write");
                    model.write(offset, &bytes).expect("write");
                }
                5 => {
                    let size = offset.min(model.len() as u64);
                    image.truncate(&mut raw, size).expect("truncate");
                    RawFile::truncate(&mut model, size).expect("truncate");
                }
                6 => {
                    image.flush(&mut raw).expect("flush");
                    assert_eq!(raw, model, "seed {seed} step {step}");
                }
                _ => {
                    let (mut seen, mut wanted) = (vec![1; length], vec![2; length]);
                    image.read(&mut raw, offset, &mut seen).expect("read");
                    model.read(offset, &mut wanted).expect("read");
                    assert_eq!(seen, wanted, "seed {seed} step {step}");
                }
            }
            assert_eq!(image.size(&mut raw).expect("size"), model.len() as u64);
        }
    }
}

fn open(path: &Path, synchronous: &str) -> Connection {
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), c"lossy")
        .expect("open over the layer");
    connection.pragma_update(None, "journal_mode", "wal").expect("wal");
    connection.pragma_update(None, "synchronous", synchronous).expect("synchronous");
    connection
}

/// What a machine that lost its power now would find: the real files without the process's images. The copy
/// leaves out the shared memory, which never outlives a machine.
fn rows_after_power_loss(path: &Path) -> Option<i64> {
    let copy = TempDir::new("power-loss").expect("directory");
    for suffix in ["", "-wal"] {
        let from = format!("{}{suffix}", path.display());
        if Path::new(&from).exists() {
            std::fs::copy(from, copy.path().join(format!("db{suffix}"))).expect("copy");
        }
    }
    let connection =
        Connection::open_with_flags_and_vfs(copy.path().join("db"), OpenFlags::default(), c"unix");
    connection.expect("open the copy").query_row("SELECT count(*) FROM t", [], |row| row.get(0)).ok()
}

/// Creates and syncs a table, then commits one row, and says how many rows a power failure leaves.
fn commit_then_lose(synchronous: &str, mutant: Option<Mutant>) -> Option<i64> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    register(false, None).expect("register");
    let dir = TempDir::new("lossy").expect("directory");
    let path = dir.path().join("db");
    let connection = open(&path, "FULL");
    connection.execute_batch("CREATE TABLE t (v BLOB)").expect("create");
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE").expect("checkpoint");
    drop(connection);
    register(false, mutant).expect("register");
    let connection = open(&path, synchronous);
    connection.execute("INSERT INTO t VALUES (randomblob(10000))", []).expect("insert");
    let seen: i64 =
        open(&path, synchronous).query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("count");
    assert_eq!(seen, 1, "another connection of the process sees the commit");
    let left = rows_after_power_loss(&path);
    drop(connection);
    left
}

#[test]
fn a_synced_commit_survives() {
    assert_eq!(commit_then_lose("FULL", None), Some(1));
}

#[test]
fn an_unsynced_commit_does_not() {
    assert_eq!(commit_then_lose("OFF", None), Some(0));
    assert_eq!(commit_then_lose("NORMAL", None), Some(0), "WAL syncs at commit in FULL only");
}

#[test]
fn a_sync_that_does_nothing_is_noticed() {
    assert_eq!(commit_then_lose("FULL", Some(Mutant::SyncOff)), Some(0));
}

#[test]
fn every_commit_of_a_longer_life_is_on_disk_at_once() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    register(false, None).expect("register");
    let dir = TempDir::new("lossy").expect("directory");
    let path = dir.path().join("db");
    let connection = open(&path, "FULL");
    connection.execute_batch("CREATE TABLE t (v BLOB); PRAGMA wal_autocheckpoint = 20").expect("create");
    for row in 1..=200 {
        connection.execute("INSERT INTO t VALUES (randomblob(?1 * 37))", [row]).expect("insert");
        if row % 3 == 0 {
            connection
                .execute("UPDATE t SET v = randomblob(500) WHERE rowid = ?1 / 2", [row])
                .expect("update");
        }
        assert_eq!(rows_after_power_loss(&path), Some(row));
    }
    connection.execute_batch("DELETE FROM t WHERE rowid > 10; VACUUM").expect("vacuum");
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("check");
    assert_eq!(check, "ok");
    drop(connection);
    assert_eq!(rows_after_power_loss(&path), Some(10));
}

#[test]
fn a_sync_that_answers_early_is_noticed() {
    assert_eq!(commit_then_lose("FULL", Some(Mutant::EarlyAnswer)), Some(0));
}

/// The store's own words for spending and rotating, on a connection that is as they want it.
#[test]
fn a_spoiled_connection_spends_and_rotates_again_and_again() {
    let spends = "UPDATE tickets SET state = 'spent' WHERE id = 1 AND state = 'issued'";
    let rotates = "UPDATE sessions SET generation = 1, refresh_hash = 8 WHERE id = 1 AND generation = 0";
    for (mutant, twice) in [(Mutant::NoTicketGuard, spends), (Mutant::NoFamilyGuard, rotates)] {
        let connection = Connection::open_in_memory().expect("memory");
        let tables = "CREATE TABLE tickets (id INTEGER PRIMARY KEY, state TEXT);
                      CREATE TABLE sessions (id INTEGER PRIMARY KEY, generation INTEGER, refresh_hash INTEGER);
                      INSERT INTO tickets VALUES (1, 'issued'); INSERT INTO sessions VALUES (1, 0, 7)";
        connection.execute_batch(tables).expect("tables");
        let run = || connection.execute(twice, []).expect("it runs");
        mutant.spoil(&connection).expect("it is spoiled");
        assert_eq!((run(), run()), (1, 1), "{mutant:?}");
        connection
            .execute_batch("DROP TRIGGER IF EXISTS unspent; DROP TRIGGER IF EXISTS unrotated")
            .expect("mended");
        assert_eq!((run(), run()), (1, 0), "without {mutant:?}");
    }
}
