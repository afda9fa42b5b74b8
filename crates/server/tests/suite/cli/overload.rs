//! What a flood costs.

use std::io::Write as _;

use super::home::Home;
use super::running::{Running, post_request, until};

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
