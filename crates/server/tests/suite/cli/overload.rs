//! What a flood costs.

use std::io::Write as _;

use super::home::Home;
use super::running::{Running, answer, post_request, until};

/// The most memory that the server has held so far, in MiB.
fn peak_mib(server: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("read");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().split(' ').next().expect("a number").parse::<u64>().expect("KiB") / 1024
}

#[test]
fn p30_a_flood_of_abandoned_sign_ins_takes_the_memory_of_one_worker() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("AUTHMS_PASSWORDS__WORKERS", "1").env("AUTHMS_PASSWORDS__QUEUE", "4");
    let server = Running::start(command);
    let body = serde_json::json!({ "identity": "somebody", "password": "correct horse battery" });
    // The first takes the worker's memory, and brings the code in that all others run.
    assert_eq!(server.post("/auth/login", &body).0, 401);
    let before = peak_mib(&server);
    for number in 0..100 {
        let body = format!(r#"{{"identity":"nobody{number}","password":"correct horse battery"}}"#);
        // Sent, and gone.
        server.connect().write_all(post_request("/auth/login", &body).as_bytes()).expect("sent");
    }
    until("the flood is over", || (server.get("/health/ready").0 == 200).then_some(()));
    until("a sign-in is judged again", || (server.post("/auth/login", &body).0 == 401).then_some(()));
    let grown = peak_mib(&server) - before;
    assert!(grown < 16, "{grown} MiB more than before: a second worker takes 19");
}

/// Sign-ins that are sent all at once, and their answers.
fn at_once(server: &Running, count: usize) -> Vec<(u16, serde_json::Value)> {
    let sent: Vec<_> = (0..count)
        .map(|number| {
            let body = format!(r#"{{"identity":"nobody{number}","password":"correct horse battery"}}"#);
            let mut stream = server.connect();
            stream.write_all(post_request("/auth/login", &body).as_bytes()).expect("sent");
            stream
        })
        .collect();
    sent.into_iter().map(answer).collect()
}

#[test]
fn sign_ins_beyond_what_can_be_hashed_are_told_to_come_back_and_all_else_goes_on() {
    let home = Home::new();
    let mut command = home.command(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("AUTHMS_PASSWORDS__WORKERS", "1").env("AUTHMS_PASSWORDS__MAX_WAIT_MS", "50");
    // A hash takes so long that all are here before the first is done.
    command.env("AUTHMS_PASSWORDS__ITERATIONS", "20");
    let server = Running::start(command);
    assert_eq!(server.post("/auth/login", &serde_json::json!({ "identity": "a", "password": "b" })).0, 401);

    let answers = at_once(&server, 30);
    let judged = answers.iter().filter(|(status, _)| *status == 401).count();
    let turned_away =
        answers.iter().filter(|(status, body)| *status == 503 && body["code"] == 40000007).count();
    assert_eq!(judged + turned_away, 30, "{answers:?}");
    assert!((1..15).contains(&judged), "{judged} of 30");
    assert_eq!(server.get("/health/ready").0, 200);
    assert_eq!(server.get("/auth/me").0, 401);
    until("sign-ins are judged again", || (at_once(&server, 1)[0].0 == 401).then_some(()));
    let told = server.record("overloaded: requests were turned away since this was last told");
    assert!(told.expect("a record")["requests"].as_u64().is_some_and(|count| count >= 1));
}
