//! `authms backup` and `authms restore`

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::home::{Done, Home};
use super::running::Running;

fn backup(home: &Home, name: &str) -> PathBuf {
    let file = home.path().join(name);
    let done = home.run(&["backup", "--to", file.to_str().expect("UTF-8")]);
    assert_eq!(done.success(), "");
    file
}

fn restore(home: &Home, file: &Path, more: &[&str]) -> Done {
    home.run(&[&["restore", "--from", file.to_str().expect("UTF-8")], more].concat())
}

fn redeem(server: &Running, ticket: &str) -> u16 {
    server.post("/auth/ticket/signin", &json!({ "ticket": ticket })).0
}

#[test]
fn a_store_restored_by_other_means_honours_nothing_of_before_once_it_is_void() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let ticket = home.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    assert!(home.run(&["restore", "--in-place", "--yes"]).refusal().len() > 1, "not while it is served");
    server.stop();
    let done = home.run(&["restore", "--in-place", "--yes"]);
    assert_eq!(done.success(), "");
    assert!(done.stderr().contains("epoch 1") && done.stderr().contains("1 tickets"), "{done:?}");
    let server = home.serve();
    assert_eq!(redeem(&server, &ticket), 400);
    let new = home.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    assert_eq!(redeem(&server, &new), 200);
    server.stop();
}

#[test]
fn a_backup_is_taken_while_served_and_restores_on_an_empty_data_directory() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    let ticket = home.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    let file = backup(&home, "backup.db");
    assert_eq!(redeem(&server, &ticket), 200);
    server.stop();
    let found = std::fs::metadata(&file).expect("made");
    assert_eq!(found.mode() & 0o777, 0o600);

    let twice = home.run(&["backup", "--to", file.to_str().expect("UTF-8")]);
    assert!(twice.refusal().contains("exists already"), "{twice:?}");
    assert_eq!(std::fs::metadata(&file).expect("there").modified().ok(), found.modified().ok());
    let names = std::fs::read_dir(home.path()).expect("listed").count();
    assert_eq!(names, 2, "no draft is left");

    let other = Home::new();
    assert!(restore(&other, &file, &[]).refusal().contains("no master key file"));
    assert!(!other.data().join("authms.db").exists(), "nothing is half restored");
    std::fs::copy(home.data().join("master.key"), other.data().join("master.key")).expect("copied");
    let done = restore(&other, &file, &[]);
    assert_eq!(done.success(), "");
    assert!(done.stderr().contains("epoch 1") && done.stderr().contains("1 tickets"), "{done:?}");
    assert_eq!(std::fs::metadata(other.data().join("authms.db")).expect("made").mode() & 0o777, 0o600);

    let issuer = rusqlite::Connection::open(&file).expect("it opens").query_row(
        "SELECT issuer FROM installation",
        [],
        |row| row.get::<_, String>(0),
    );
    let server = other.serve_with(&["--issuer", &issuer.expect("an issuer")]);
    assert_eq!(redeem(&server, &ticket), 400, "it may have been spent");
    let new = other.run(&["ticket", "mint", "--user", "ada"]).line().to_owned();
    assert_eq!(redeem(&server, &new), 200);
    server.stop();
}

#[test]
fn the_draft_of_a_backup_that_was_killed_is_removed_by_the_next_one() {
    let home = Home::installed();
    let draft = |name: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, "half a backup").expect("written");
        path
    };
    let (killed, at_work) =
        (draft("b.db.1-1800000000000000000.draft"), draft("b.db.2-1800000000000000000.draft"));
    let other = draft("letter.draft");
    let worker = std::fs::File::open(&at_work).expect("it opens");
    worker.lock().expect("locked");
    backup(&home, "backup.db");
    assert_eq!((killed.exists(), at_work.exists(), other.exists()), (false, true, true));
}

#[test]
fn the_master_key_is_not_in_a_backup_and_that_is_said() {
    let home = Home::installed();
    let file = home.path().join("backup.db");
    let done = home.run(&["backup", "--to", file.to_str().expect("UTF-8")]);
    assert!(done.stderr().contains("master key") && done.stderr().contains("is not in it"), "{done:?}");
    let key = std::fs::read(home.data().join("master.key")).expect("a key");
    let bytes = std::fs::read(file).expect("a backup");
    assert!(!bytes.windows(40).any(|window| window == &key[..40]));
}

#[test]
fn what_is_there_is_replaced_only_if_that_is_asked_for_and_not_while_it_is_served() {
    let home = Home::installed();
    let file = backup(&home, "backup.db");
    home.run(&["user", "create", "--username", "later"]).line();
    assert!(restore(&home, &file, &[]).refused().contains("--replace"));
    assert!(restore(&home, &file, &["--replace"]).refused().contains("--yes"));
    let server = home.serve_with(&["--issuer", "http://127.0.0.1:8080"]);
    assert!(restore(&home, &file, &["--replace", "--yes"]).refusal().contains("already uses"));
    home.run(&["user", "get", "later"]).success();
    server.stop();
    // Another program that has the store open.
    let store = rusqlite::Connection::open(home.data().join("authms.db")).expect("it opens");
    store.query_row("SELECT count(*) FROM users", [], |_| Ok(())).expect("it reads");
    assert!(restore(&home, &file, &["--replace", "--yes"]).refusal().contains("locked by another process"));
    home.run(&["user", "get", "later"]).success();
    drop(store);

    for epoch in 1..=2 {
        let done = restore(&home, &file, &["--replace", "--yes"]);
        assert!(done.success().is_empty() && done.stderr().contains(&format!("epoch {epoch}")), "{done:?}");
    }
    home.run(&["user", "get", "later"]).missing();
}

#[test]
fn a_file_that_is_damaged_foreign_or_from_the_future_is_refused() {
    let home = Home::installed();
    let good = backup(&home, "good.db");
    let other = Home::new();
    std::fs::create_dir(other.data()).expect("made");
    std::fs::copy(home.data().join("master.key"), other.data().join("master.key")).expect("copied");
    let with = |name: &str, sql: &str| {
        let file = home.path().join(name);
        std::fs::copy(&good, &file).expect("copied");
        rusqlite::Connection::open(&file).expect("it opens").execute_batch(sql).expect("it is changed");
        file
    };
    let bytes = std::fs::read(&good).expect("a backup");
    let written = |name: &str, bytes: &[u8]| {
        let file = home.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        file
    };
    let mut torn = bytes.clone();
    torn[40_960..45_056].fill(7);
    let trigger = "CREATE TRIGGER t AFTER UPDATE ON tickets BEGIN UPDATE tickets SET state = 'issued'; END";
    for (file, why) in [
        (home.path().join("nowhere.db"), "cannot open"),
        (
            written("diary.db", b"This is somebody's diary. This is somebody's diary."),
            "not an authms database",
        ),
        (written("empty.db", b""), "no installation"),
        (written("half.db", &bytes[..bytes.len() / 2]), "is damaged"),
        (written("torn.db", &torn), "is damaged"),
        (with("future.db", "INSERT INTO schema_migrations VALUES (4711, 'later', 0, 0)"), "newer authms"),
        (with("edited.db", "UPDATE schema_migrations SET checksum = 1 WHERE version = 2"), "other contents"),
        (with("trigger.db", trigger), "no authms makes"),
        (with("column.db", "ALTER TABLE users ADD COLUMN mine TEXT"), "no authms makes"),
        (with("bare.db", "DELETE FROM installation"), "no installation"),
    ] {
        let done = restore(&other, &file, &[]);
        assert!(done.refusal().contains(why), "{}: {done:?}", file.display());
        assert_eq!(
            std::fs::read_dir(other.data()).expect("listed").count(),
            2,
            "the key and the lock: {why}"
        );
    }
    std::fs::write(other.data().join("master.key"), "0f1e".repeat(16)).expect("written");
    let done = restore(&other, &good, &[]);
    assert!(done.refusal().contains("another master key"), "{done:?}");
    let done = other.run(&["backup", "--to", other.path().join("b.db").to_str().expect("UTF-8")]);
    assert!(done.refusal().contains("there is no database"), "{done:?}");
}

#[test]
fn a_damaged_store_is_not_replaced_before_it_is_moved_away() {
    let home = Home::installed();
    let file = backup(&home, "backup.db");
    let store = home.data().join("authms.db");
    std::fs::write(&store, "not a database, but perhaps of use to somebody".repeat(20)).expect("written");
    let done = restore(&home, &file, &["--replace", "--yes"]);
    assert!(done.refusal().contains("move") && done.stderr().contains("authms.db-wal"), "{done:?}");
    // What is left of a former log is not taken for the new store's.
    std::fs::rename(&store, home.path().join("aside")).expect("moved");
    std::fs::write(home.data().join("authms.db-wal"), [7; 8192]).expect("written");
    restore(&home, &file, &[]).success();
    home.run(&["admin", "ticket"]).success();
}
