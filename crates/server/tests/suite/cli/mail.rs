//! In development messages land in a folder, in files of their owner's.

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
