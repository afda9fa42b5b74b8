//! How a server ends.

use std::io::Write as _;

use serde_json::json;

use super::home::Home;
use super::running::{answer, post_request, until};

#[test]
fn sigterm_finishes_what_is_in_flight() {
    let home = Home::new();
    let server = home.serve();
    let ticket = home.run(&["admin", "ticket"]).line().to_owned();
    let request = post_request("/auth/ticket/signin", &json!({ "ticket": ticket }).to_string());
    let (first, rest) = request.split_at(request.len() - 10);
    let mut stream = server.connect();
    stream.write_all(first.as_bytes()).expect("sent");
    // Connections are taken in order: with this answer, the server has begun with that request.
    assert_eq!(server.get("/health/live").0, 200);

    server.signal("TERM");
    until("it says that it stops", || server.log().contains("stopping").then_some(()));
    stream.write_all(rest.as_bytes()).expect("sent");
    let (status, body) = answer(stream);
    assert_eq!(status, 200, "{body}");
    let (status, _, log) = server.end();
    assert!(status.success() && log.contains("\"stopped\""), "{status}:\n{log}");
}

#[test]
fn a_second_signal_ends_at_once() {
    let home = Home::new();
    let server = home.serve();
    let request = post_request("/auth/ticket/signin", r#"{"ticket":"tkt_nothing"}"#);
    let mut stream = server.connect();
    // Never finished: without a second signal the drain would last for its whole time.
    stream.write_all(&request.as_bytes()[..request.len() - 10]).expect("sent");
    assert_eq!(server.get("/health/live").0, 200);
    server.signal("INT");
    until("it says that it stops", || server.log().contains("stopping").then_some(()));
    server.signal("TERM");
    assert_eq!(server.end().0.code(), Some(143));
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let home = Home::new();
    let server = home.serve();
    home.run(&["user", "create", "--username", "ada"]).line();
    server.signal("KILL");
    assert!(!server.end().0.success());
    let again = home.serve();
    home.run(&["ticket", "mint", "--user", "ada"]).line();
    again.stop();
}
