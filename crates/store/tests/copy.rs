//! Copies of whole installations, between both engines.

use authms_core::time::Timestamp;
use authms_store::copy::{self, CopyError, Doing, Moved, Place};
use authms_store::sqlite;
use authms_testkit::dir::TempDir;
use authms_testkit::postgres::{self, TestDatabase};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Tables that are about a place, and in no copy. Whoever adds one says here why.
const OF_THE_PLACE: [&str; 2] = ["schema_migrations", "store_state"];

/// More than one step of the copy has.
const MANY: i64 = 1100;

/// A database with rows in every table that there is, whatever migration made it.
fn filled(path: &Path) {
    let mut conn = Connection::open(path).expect("it opens");
    sqlite::migrate(&mut conn, NOW).expect("it migrates");
    conn.execute_batch("PRAGMA synchronous = OFF; BEGIN").expect("it begins");
    for (table, columns) in tables(&conn) {
        let rows = match table.as_str() {
            "installation" | "audit_sealer" => 1,
            "audit_log" | "sessions" | "users" => MANY,
            _ => 3,
        };
        let places = vec!["?"; columns.len()].join(", ");
        for n in 1..=rows {
            let values = columns.iter().map(|column| column.value(&table, n));
            let sql = format!("INSERT INTO {table} VALUES ({places})");
            conn.prepare_cached(&sql).and_then(|mut s| s.execute(params_from_iter(values))).expect(&table);
        }
    }
    conn.execute_batch("COMMIT").expect("it commits");
}

struct Column {
    name: String,
    kind: String,
    must: bool,
}

impl Column {
    /// Values that a copy may trip over: extremes, bytes that are no text, letters of several bytes, nothing where that may be.
    fn value(&self, table: &str, n: i64) -> Value {
        match (table, self.name.as_str(), self.kind.as_str()) {
            (_, "only" | "one", _) => Value::Integer(1),
            (_, "is_default", _) => Value::Integer((n == 1).into()),
            ("signing_keys", "state", _) => Value::Text("next".to_owned()),
            ("tickets", "state", _) => Value::Text("issued".to_owned()),
            ("challenges", "state", _) => Value::Text("open".to_owned()),
            ("factors", "kind", _) => Value::Text("totp".to_owned()),
            ("factors", "status", _) => Value::Text("active".to_owned()),
            _ if !self.must && n % 3 == 0 => Value::Null,
            ("audit_log", "seq", _) => Value::Integer(n * 2),
            // Counted together, to tell whether somebody still writes.
            ("audit_trees", "size", _) => Value::Integer(n),
            (_, _, "INTEGER") => Value::Integer(if n % 2 == 0 { i64::MAX - n } else { i64::MIN + n }),
            (_, _, "TEXT") => Value::Text(format!("ä'\"\\?1 {n}")),
            (_, _, "BLOB") => Value::Blob([&[0, 0xff, b'\\'][..], &n.to_be_bytes()].concat()),
            other => panic!("{other:?}: how is it filled?"),
        }
    }
}

fn tables(conn: &Connection) -> BTreeMap<String, Vec<Column>> {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\" OR c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
               WHERE t.type = 'table' ORDER BY t.name, c.cid";
    let mut statement = conn.prepare(sql).expect("SQL");
    let read = |row: &rusqlite::Row<'_>| {
        let column = Column { name: row.get(1)?, kind: row.get(2)?, must: row.get(3)? };
        Ok((row.get::<_, String>(0)?, column))
    };
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for found in statement.query_map([], read).expect("it reads") {
        let (table, column) = found.expect("a column");
        if !OF_THE_PLACE.contains(&table.as_str()) {
            tables.entry(table).or_default().push(column);
        }
    }
    tables
}

/// All that is in a file.
fn rows(path: &Path) -> BTreeMap<String, Vec<Vec<Value>>> {
    let conn = Connection::open(path).expect("it opens");
    let of = |(table, columns): (String, Vec<Column>)| {
        let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let names = names.join(", ");
        let mut statement =
            conn.prepare(&format!("SELECT {names} FROM {table} ORDER BY {names}")).expect("SQL");
        let read = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|n| row.get(n)).collect();
        let found = statement.query_map([], read).expect("it reads").collect::<Result<_, _>>();
        (table, found.expect("rows"))
    };
    tables(&conn).into_iter().map(of).collect()
}

fn file(dir: &TempDir, name: &str) -> PathBuf {
    dir.path().join(name)
}

fn at(path: &Path) -> Place {
    Place::Sqlite(path.to_owned())
}

fn server(database: &TestDatabase<'_>) -> Place {
    Place::Postgres(database.url().into())
}

fn relocate(from: &Place, to: &Place) -> Result<Moved, CopyError> {
    copy::relocate(from, to, NOW, &mut |_, _, _| {})
}

/// Fails as soon as so much is copied, as if the process were killed.
fn cut_off(from: &Place, to: &Place, after: u64) {
    let stop = |doing, done, _| assert!(doing == Doing::Copying && done < after, "cut off");
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| copy::relocate(from, to, NOW, &mut { stop })));
    assert!(ended.is_err(), "it came to its end");
}

#[test]
fn every_table_moves_to_postgresql_and_back_and_numbers_go_on() {
    let Some(postgres) = postgres::shared() else { return };
    let (dir, database) = (TempDir::new("authms-copy"), postgres.database());
    let (from, back) = (file(&dir, "from.db"), file(&dir, "back.db"));
    filled(&from);
    let before = rows(&from);
    assert!(before.values().all(|rows| !rows.is_empty()), "every table has rows");

    let mut shown = Vec::new();
    let there = copy::relocate(&at(&from), &server(&database), NOW, &mut |doing, done, of| {
        shown.push((doing, done, of));
    })
    .expect("it is moved");
    let many = before.values().map(|rows| rows.len() as u64).sum();
    assert_eq!((there.copied.rows, there.copied.tables), (many, before.len()));
    assert!(shown.contains(&(Doing::Copying, many, many)));
    assert_eq!(shown.last(), Some(&(Doing::Comparing, many * 2, many * 2)));
    for (table, rows) in &before {
        let found = database.query(&format!("SELECT count(*) FROM {table}")).expect("a table");
        assert_eq!(found, [rows.len().to_string()], "{table}");
    }
    let again = relocate(&server(&database), &at(&back)).expect("it is moved back");
    assert_eq!(again.copied, there.copied);
    assert_eq!(rows(&back), before);

    let next = "INSERT INTO audit_log (id, name, at, body) VALUES ('', '', 0, '') RETURNING seq";
    assert_eq!(database.query(next).expect("written"), [(MANY * 2 + 1).to_string()]);
}

#[test]
fn a_move_that_was_cut_off_goes_on_where_it_stopped_and_nobody_uses_the_half() {
    let Some(postgres) = postgres::shared() else { return };
    let (dir, database) = (TempDir::new("authms-copy"), postgres.database());
    let (from, half, back) = (file(&dir, "from.db"), file(&dir, "half.db"), file(&dir, "back.db"));
    filled(&from);
    let before = rows(&from);
    for after in [1, 900, 1500] {
        cut_off(&at(&from), &server(&database), after);
    }
    let backup = copy::backup(&server(&database), &file(&dir, "b.db"), &mut |_, _, _| {});
    assert!(backup.expect_err("it is a half").to_string().contains("cut off"));
    let other = relocate(&server(&database), &at(&half)).expect_err("it is a half");
    assert!(other.to_string().contains("cut off"), "{other}");
    let mut first = None;
    copy::relocate(&at(&from), &server(&database), NOW, &mut |_, done, _| {
        first.get_or_insert(done);
    })
    .expect("it goes on");
    assert!(first.is_some_and(|done| done >= 1500), "it began anew: {first:?}");
    cut_off(&server(&database), &at(&half), 1500);
    relocate(&server(&database), &at(&half)).expect("it goes on");
    assert_eq!(rows(&half), before);

    // Of another installation, or of this one after it was used again.
    let used = file(&dir, "used.db");
    filled(&used);
    cut_off(&at(&used), &at(&back), 900);
    let more = "INSERT INTO audit_log (id, name, at, body) VALUES (x'00', 'later', 0, x'')";
    Connection::open(&used).and_then(|conn| conn.execute_batch(more)).expect("it is used");
    let other = relocate(&at(&used), &at(&back)).expect_err("it has changed");
    assert!(other.to_string().contains("the beginning of a copy of another installation"), "{other}");
}

#[test]
fn a_row_that_was_tampered_with_or_is_missing_or_too_many_is_found() {
    let Some(postgres) = postgres::shared() else { return };
    let dir = TempDir::new("authms-copy");
    let from = file(&dir, "from.db");
    filled(&from);
    for (table, sql) in [
        (
            "sessions",
            "UPDATE sessions SET ended_at = NULL WHERE id = (SELECT id FROM sessions ORDER BY id DESC LIMIT 1)",
        ),
        (
            "tickets",
            "UPDATE tickets SET state = 'spent' WHERE id = (SELECT id FROM tickets ORDER BY id LIMIT 1)",
        ),
        (
            "recovery_codes",
            "DELETE FROM recovery_codes WHERE hash = (SELECT hash FROM recovery_codes LIMIT 1)",
        ),
        (
            "audit_log",
            "INSERT INTO audit_log (seq, id, name, at, body) OVERRIDING SYSTEM VALUE VALUES (1, '', '', 0, '')",
        ),
    ] {
        let database = postgres.database();
        let mut tampered = false;
        let refused = copy::relocate(&at(&from), &server(&database), NOW, &mut |doing, _, _| {
            if doing == Doing::Comparing && !std::mem::replace(&mut tampered, true) {
                database.query(sql).expect("tampered");
            }
        });
        let said = refused.map(drop).expect_err(table).to_string();
        assert!(said.contains(&format!("the table {table} is not the same")), "{said}");
    }
    // The source is as it was.
    relocate(&at(&from), &at(&file(&dir, "to.db"))).expect("it is moved");
}

#[test]
fn what_holds_something_is_in_use_or_of_another_schema_is_refused() {
    let Some(postgres) = postgres::shared() else { return };
    let (dir, database) = (TempDir::new("authms-copy"), postgres.database());
    let (from, other) = (file(&dir, "from.db"), file(&dir, "other.db"));
    filled(&from);
    filled(&other);
    let refused = |from: &Place, to: &Place, why: &str| {
        let said = relocate(from, to).expect_err(why).to_string();
        assert!(said.contains(why), "{said}");
        assert!(!said.contains("sslmode"), "the URL shows: {said}");
    };
    refused(&at(&from), &at(&other), "holds an installation already");
    refused(&at(&file(&dir, "none.db")), &server(&database), "there is no database");
    refused(&server(&database), &at(&file(&dir, "new.db")), "there is no installation at PostgreSQL, test_");
    assert!(!file(&dir, "new.db").exists());

    let user = Connection::open(&from).expect("it opens");
    user.execute_batch("BEGIN; SELECT count(*) FROM users").expect("it reads");
    refused(&at(&from), &server(&database), "locked by another process");
    drop(user);

    let alter = |sql: &str| Connection::open(&from).and_then(|c| c.execute_batch(sql)).expect("altered");
    alter("INSERT INTO schema_migrations VALUES (99, 'later', 0, 0)");
    refused(&at(&from), &server(&database), "start a newer authms");
    alter("DELETE FROM schema_migrations WHERE version >= 22");
    refused(&at(&from), &server(&database), "run `authms migrate`");
    assert_eq!(
        database.query("SELECT to_regclass('users') IS NULL").expect("asked"),
        ["t"],
        "nothing was made"
    );

    relocate(&at(&other), &server(&database)).expect("it is moved");
    let to = at(&file(&dir, "to.db"));
    refused(&at(&other), &to, "was moved to PostgreSQL, test_");
    database.query("SELECT 1").expect("there");
    let user = Session::open(&database);
    refused(&server(&database), &to, "is in use; stop every authms");
    drop(user);
    relocate(&server(&database), &to).expect("nobody uses it any more");
}

/// Somebody who is connected under the name of authms.
struct Session {
    _client: tokio_postgres::Client,
    _runtime: tokio::runtime::Runtime,
}

impl Session {
    fn open(database: &TestDatabase<'_>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let url = format!("{}&application_name=authms", database.url());
        let client = runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connected");
            tokio::spawn(connection);
            client
        });
        Self { _client: client, _runtime: runtime }
    }
}
