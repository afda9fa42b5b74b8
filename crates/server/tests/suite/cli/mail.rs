//! In development messages land in a folder, in files of their owner's.
//! What a running server sends of its own accord is sent there, too.

use super::home::Home;
use super::running::until;
use serde_json::json;
use std::os::unix::fs::MetadataExt as _;

#[test]
fn a_forgotten_password_is_set_anew_with_the_code_in_the_folder() {
    let home = Home::installed();
    home.run(&["user", "create", "--username", "alice", "--email", "alice@example.test"]).success();
    let server = home.serve();
    let (status, _) = server.post("/auth/forgot-password", &json!({ "identity": "alice" }));
    assert_eq!(status, 200);
    let folder = home.data().join("mail");
    let (file, code) = until("a mail lands", || {
        let file = std::fs::read_dir(&folder).ok()?.next()?.ok()?.path();
        let text = std::fs::read_to_string(&file).ok()?;
        let code: String = text.split_once("new one: ")?.1.chars().take_while(char::is_ascii_digit).collect();
        (code.len() == 6).then_some((file, code))
    });
    assert_eq!(file.extension().and_then(|e| e.to_str()), Some("eml"));
    assert_eq!(std::fs::metadata(&file).expect("exists").mode() & 0o777, 0o600);
    let new = "an entirely new long sentence";
    let body = json!({ "identity": "alice", "code": code, "new_password": new });
    let (status, answer) = server.post("/auth/reset-password", &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(server.post("/auth/login", &json!({ "identity": "alice", "password": new })).0, 200);
    assert!(server.record("messages are not sent, but put into this folder").is_some());
    let log = server.stop();
    assert!(!log.contains(&code) && !log.contains("alice@"), "{log}");
}

/// The act itself is the API's matter; here it is of yesterday, and nobody has been told yet.
#[test]
fn a_running_server_tells_of_yesterdays_acts_without_being_asked() {
    let home = Home::installed();
    home.run(&["user", "create", "--username", "alice", "--email", "alice@example.test"]).success();
    let store = rusqlite::Connection::open(home.data().join("authms.db")).expect("it opens");
    let sql = "INSERT INTO act_notices
               SELECT randomblob(16), memberships.tenant_id, users.id, 0, 86400000, 'sup', 'a lost parcel', NULL
               FROM memberships JOIN users ON users.id = memberships.user_id WHERE users.username = 'alice'";
    assert_eq!(store.execute(sql, []).expect("it is written"), 1);
    let server = home.serve();
    let letter = until("a letter lands", || {
        let file = std::fs::read_dir(home.data().join("mail")).ok()?.next()?.ok()?.path();
        std::fs::read_to_string(file).ok().filter(|text| text.contains("a lost parcel"))
    });
    assert!(letter.contains("alice@example.test") && letter.contains("sup"), "{letter}");
    let waiting = "SELECT count(*) FROM act_notices";
    assert_eq!(store.query_row(waiting, [], |row| row.get::<_, i64>(0)).expect("it reads"), 0);
    server.stop();
}
