//! `authms audit`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use super::home::{Done, Home};

fn audit(home: &Home, args: &[&str]) -> Done {
    home.run(&[&["audit"], args].concat())
}

/// Waits until all that was done is sealed, which a server does within two seconds.
fn sealed(home: &Home) {
    let store = Connection::open(home.data().join("authms.db")).expect("the store");
    let begun = Instant::now();
    loop {
        let waiting: i64 =
            store.query_row("SELECT count(*) FROM audit_log", [], |row| row.get(0)).expect("a count");
        if waiting == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{waiting} rows wait");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn text(file: &Path) -> &str {
    file.to_str().expect("UTF-8")
}

#[test]
fn a_log_is_sealed_anchored_verified_and_taken_along() {
    let home = Home::new();
    let server = home.serve();
    let [heads, key, export]: [PathBuf; 3] =
        ["heads.jsonl", "key.json", "audit.jsonl"].map(|name| home.path().join(name));
    home.run(&["user", "create", "--username", "ada"]).line();
    sealed(&home);
    assert_eq!(audit(&home, &["anchor", "--to", text(&heads)]).success(), "");
    for _ in 0..20 {
        home.run(&["ticket", "mint", "--user", "ada"]).line();
    }
    sealed(&home);
    audit(&home, &["anchor", "--to", text(&heads)]).success();
    let again = audit(&home, &["anchor", "--to", text(&heads)]);
    assert!(again.stderr().contains("0 heads"), "{again:?}");
    let lines = std::fs::read_to_string(&heads).expect("heads");
    assert_eq!(lines.lines().count(), 3, "the installation's log did not grow");

    let found = audit(&home, &["verify", "--anchors", text(&heads), "--json"]);
    let logs: Vec<Value> =
        found.success().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(logs.len(), 2);
    assert!(logs.iter().all(|log| log["wrong"].is_null() && log["size"].as_u64() > Some(0)), "{logs:?}");

    let printed = audit(&home, &["key"]);
    std::fs::write(&key, printed.line()).expect("written");
    audit(&home, &["export", "--to", text(&export)]).success();
    let over = audit(&home, &["export", "--to", text(&export)]);
    assert!(over.refusal().contains("audit.jsonl"), "it is never overwritten");
    server.stop();

    // Elsewhere: there is no installation, only files.
    let elsewhere = Home::new();
    let offline = ["verify", "--export", text(&export), "--key", text(&key), "--anchors", text(&heads)];
    assert!(audit(&elsewhere, &offline).success().contains("nothing is wrong"));
    let dated = audit(&elsewhere, &["verify", "--anchors", text(&heads), "--key", text(&key)]);
    assert!(dated.stderr().contains("3 heads are signed"), "{dated:?}");
    let changed =
        std::fs::read_to_string(&export).expect("an export").replacen("\"console\"", "\"nobody\"", 1);
    std::fs::write(&export, changed).expect("written");
    let found = audit(&elsewhere, &offline);
    assert!(found.stdout().contains("was changed") && found.code() == Some(1), "{found:?}");
}

#[test]
fn a_row_that_is_edited_is_named() {
    let home = Home::new();
    let server = home.serve();
    for name in ["ada", "bea", "eve"] {
        home.run(&["user", "create", "--username", name]).line();
    }
    sealed(&home);
    server.stop();
    assert!(audit(&home, &["verify"]).success().contains("nothing is wrong"));
    let store = Connection::open(home.data().join("authms.db")).expect("the store");
    let edit = "UPDATE audit_rows SET body = CAST(replace(CAST(body AS TEXT), 'console', 'nobody!') AS BLOB)
                WHERE place = (SELECT max(place) FROM audit_rows)";
    assert_eq!(store.execute(edit, []), Ok(1));
    let found = audit(&home, &["verify"]);
    assert!(found.stdout().contains("row 3 was changed"), "{found:?}");
    assert_eq!(found.code(), Some(1));
    store
        .execute("DELETE FROM audit_rows WHERE place = (SELECT max(place) FROM audit_rows)", [])
        .expect("deleted");
    let found = audit(&home, &["verify", "--json"]);
    assert!(found.stdout().contains("row 3 was removed"), "{found:?}");
}
