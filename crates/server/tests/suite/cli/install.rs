//! What the first start makes, and what later ones go by.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::home::Home;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("exists").mode() & 0o777
}

#[test]
fn the_first_start_makes_a_private_store_and_key_and_no_password() {
    let home = Home::new();
    let log = home.serve().stop();
    let data = home.data();
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("master.key")), 0o600);
    assert_eq!(mode(&data.join("authms.db")), 0o600);

    let store = rusqlite::Connection::open(data.join("authms.db")).expect("opened");
    let count = |sql: &str| store.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("counted");
    assert_eq!(count("SELECT count(*) FROM users"), 1);
    assert_eq!(count("SELECT count(*) FROM users WHERE password_hash IS NOT NULL"), 0);
    assert!(!log.to_lowercase().contains("password"), "{log}");
}

#[test]
fn s63_under_a_pipe_no_ticket_is_ever_printed() {
    let home = Home::new();
    let server = home.serve();
    let ticket = home.run(&["admin", "ticket"]).line().to_owned();
    server.post("/auth/ticket/signin", &serde_json::json!({ "ticket": ticket }));
    let log = server.stop();
    assert!(!log.contains("tkt_"), "{log}");
    let hint = format!("`authms admin ticket --data-dir {}`", home.data().display());
    assert!(log.contains(&hint), "{log}");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
}

#[test]
fn the_issuer_follows_the_real_address_once_and_stays() {
    let home = Home::new();
    let server = home.serve();
    let issuer = format!("http://{}", server.address);
    assert_eq!(server.record("listening").expect("logged")["issuer"], issuer);
    server.stop();

    let again = home.serve();
    assert_ne!(again.record("listening").expect("logged")["address"], issuer);
    assert_eq!(again.record("listening").expect("logged")["issuer"], issuer);
    assert!(!again.log().contains("new installation"), "{}", again.log());
}

#[test]
fn migrate_makes_an_installation_too_and_may_be_repeated() {
    let home = Home::new();
    let made = home.run(&["migrate", "--issuer", "https://id.example.org"]);
    assert_eq!(made.success(), "");
    assert!(made.stderr().contains("https://id.example.org"), "{made:?}");
    assert!(made.stderr().contains("master.key"), "{made:?}");

    let server = home.serve();
    assert_eq!(server.record("listening").expect("logged")["issuer"], "https://id.example.org");
    let again = home.run(&["migrate"]);
    assert_eq!(again.success(), "");
    assert!(!again.stderr().contains("made"), "{again:?}");
}

#[test]
fn the_store_and_the_key_may_lie_elsewhere() {
    let home = Home::new();
    let key = home.path().join("elsewhere.key");
    let url = format!("sqlite:{}", home.path().join("elsewhere.db").display());
    let command = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("AUTHMS_MASTER_KEY_FILE", &key).env("AUTHMS_STORE__URL", &url);
        super::home::Done::of(command)
    };
    command(&["migrate"]).success();
    assert!(key.exists() && home.path().join("elsewhere.db").exists());
    assert!(!home.data().join("master.key").exists() && !home.data().join("authms.db").exists());
    command(&["admin", "ticket"]).success();
}
