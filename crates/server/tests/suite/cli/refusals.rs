//! Starts that are refused, each with a sentence that says why and names the mend.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::home::{Done, Home};

/// A user that may do nothing; the tests may run as one that may do anything.
const NOBODY: u32 = 65_534;

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
    set_mode(path, 0o600);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("chmod");
}

/// Refused by `serve` and by a command alike.
#[track_caller]
fn refused_by_all(home: &Home, more: &[&str], why: &[&str]) {
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["admin", "ticket"]] {
        let done = home.run(&[args, more].concat());
        let said = done.refusal();
        for why in why {
            assert!(said.contains(why), "{args:?}: {said}");
        }
    }
}

#[test]
fn another_master_key_is_refused() {
    let home = Home::installed();
    write_private(&home.data().join("master.key"), &format!("{}\n", "0f1e".repeat(16)));
    refused_by_all(&home, &[], &["another master key", "fingerprint", "backup"]);
}

#[test]
fn a_lost_master_key_is_never_replaced() {
    let home = Home::installed();
    let key = home.data().join("master.key");
    std::fs::remove_file(&key).expect("removed");
    refused_by_all(&home, &[], &["no master key file", "AUTHMS_MASTER_KEY_FILE"]);
    home.run(&["migrate"]).refusal();
    assert!(!key.exists());
}

#[test]
fn a_master_key_open_to_others_is_refused() {
    let home = Home::installed();
    set_mode(&home.data().join("master.key"), 0o644);
    refused_by_all(&home, &[], &["chmod 600"]);
}

#[test]
fn another_issuer_is_refused() {
    let home = Home::new();
    home.run(&["migrate", "--issuer", "https://one.example.org"]).success();
    let why = ["https://one.example.org", "https://two.example.org", "server.issuer"];
    refused_by_all(&home, &["--issuer", "https://two.example.org"], &why);
    home.run(&["admin", "ticket", "--issuer", "https://one.example.org"]).line();
}

#[test]
fn an_unknown_setting_is_refused_with_its_place() {
    let home = Home::installed();
    std::fs::write(home.data().join("authms.toml"), "[server]\nlisten = \"127.0.0.1:0\"\nissuerr = \"x\"\n")
        .expect("written");
    refused_by_all(&home, &[], &["authms.toml line 3", "issuerr", "issuer"]);

    let mut command = Home::new().command(&["config", "check"]);
    command.env("AUTHMS_SERVER__LISTN", "127.0.0.1:1").current_dir("/");
    let unknown = Done::of(command);
    assert!(unknown.refusal().contains("AUTHMS_SERVER__LISTN"), "{unknown:?}");
}

#[test]
fn a_second_server_is_refused_and_told_which_process_is_the_first() {
    let home = Home::new();
    let server = home.serve();
    let second = home.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(second.refusal().contains(&format!("process {}", server.pid())), "{second:?}");
    assert_eq!(server.get("/health/ready").0, 200);
}

#[test]
fn an_address_in_use_is_refused_and_leaves_nothing_behind() {
    let other = Home::new();
    let server = other.serve();
    let home = Home::new();
    let address = server.address.to_string();
    let refused = home.run(&["serve", "--listen", &address]);
    assert!(refused.refusal().contains(&format!("cannot listen on {address}")), "{refused:?}");
    assert!(!home.data().join("authms.db").exists() && !home.data().join("master.key").exists());
}

#[test]
fn commands_make_no_installation() {
    let home = Home::new();
    for args in [
        &["admin", "ticket"][..],
        &["ticket", "mint", "--user", "ada"],
        &["user", "create", "--username", "ada"],
        &["client", "create", "--name", "x"],
        &["key", "create", "--name", "x", "--scope", "ticket:mint"],
        &["keys", "rotate"],
        &["user", "list"],
        &["tenant", "get", "default"],
        &["session", "end", "--user", "ada"],
    ] {
        let done = home.run(args);
        let said = done.refusal();
        assert!(said.contains("no installation in") && said.contains("authms migrate"), "{said}");
    }
    assert!(!home.data().exists());
}

#[test]
fn a_new_installation_needs_a_port_or_an_issuer() {
    let home = Home::new();
    assert!(home.run(&["migrate", "--listen", "127.0.0.1:0"]).refusal().contains("--issuer"));
}

#[test]
fn a_store_from_the_future_is_refused() {
    let home = Home::installed();
    let store = rusqlite::Connection::open(home.data().join("authms.db")).expect("opened");
    let sql =
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (4711, 'later', 0, 0);
               UPDATE store_state SET lowest = 4711";
    store.execute_batch(sql).expect("written");
    drop(store);
    refused_by_all(&home, &[], &["below version 4711", "newer authms"]);
    home.run(&["migrate"]).refusal();
}

#[test]
fn a_file_that_is_no_store_is_refused() {
    let home = Home::installed();
    write_private(&home.data().join("authms.db"), &"This is somebody's diary. ".repeat(100));
    refused_by_all(&home, &[], &["is not an authms database"]);
}

#[test]
fn a_data_directory_that_cannot_be_written_is_refused() {
    let home = Home::new();
    std::fs::create_dir(home.data()).expect("made");
    set_mode(home.path(), 0o755);
    set_mode(&home.data(), 0o555);
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"]] {
        let done = Done::of(as_nobody(&home, args));
        assert!(done.refusal().contains("Permission denied"), "{done:?}");
    }
    assert_eq!(std::fs::read_dir(home.data()).expect("listed").count(), 0);
}

#[test]
fn a_store_that_cannot_be_written_is_refused() {
    let home = Home::installed();
    let store = home.data().join("authms.db");
    set_mode(home.path(), 0o755);
    set_mode(&home.data(), 0o755);
    set_mode(&store, 0o444);
    let mut command = as_nobody(&home, &["admin", "ticket"]);
    // A key that this user may read: the store is what is looked at here.
    command.env("AUTHMS_MASTER_KEY", "0f1e".repeat(16));
    let done = Done::of(command);
    assert!(done.refusal().contains("cannot be written"), "{done:?}");
}

/// The command as a user whom permissions bind, from a copy of the program that this user may reach.
fn as_nobody(home: &Home, args: &[&str]) -> Command {
    if std::fs::metadata("/proc/self").expect("own process").uid() != 0 {
        return home.command(args);
    }
    let copy = home.path().join("authms");
    // Not by this process: what it holds open for writing, another test's child may hold for a moment longer, and a
    // program that is open for writing does not start.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_authms")).arg(&copy).status();
    assert!(copied.expect("cp").success());
    let mut command = Home::command_of(copy, args);
    command.arg("--data-dir").arg(home.data()).current_dir("/").uid(NOBODY).gid(NOBODY);
    command
}
