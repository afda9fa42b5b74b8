//! A database that is lost in the middle, and a node that stands still in the middle.

use std::process::Command;
use std::time::{Duration, Instant};

use authms_testkit::postgres::{self, Fate, Server, Tap, TestDatabase};
use serde_json::{Value, json};

use super::postgres::Node;
use super::running::{PATIENCE, Running, until};

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

/// A node that reaches the database through a tap, and a user `ada`.
fn tapped(server: &Server, database: &TestDatabase<'_>) -> (Node, Tap) {
    let tap = Tap::to(server.port());
    let node = Node::at(server.url_through(tap.port(), database.name()));
    node.run(&["migrate", "--issuer", "https://id.example.org"]).success();
    node.run(&["user", "create", "--username", "ada"]).line();
    (node, tap)
}

fn ticket(node: &Node) -> Value {
    json!({ "ticket": node.run(&["ticket", "mint", "--user", "ada"]).line() })
}

fn sessions(database: &TestDatabase<'_>) -> String {
    database.query("SELECT count(*) FROM sessions").expect("it answers").concat()
}

#[test]
fn a_connection_lost_at_commit_is_503_and_a_retry_with_the_key_finds_out_which() {
    let Some(server) = postgres::shared() else { return };
    for (fate, written) in [(Fate::AnswerIsLost, "1"), (Fate::IsLost, "0")] {
        let database = server.database();
        let (node, tap) = tapped(server, &database);
        let (ticket, serving) = (ticket(&node), node.serve());
        tap.once_after("INSERT INTO sessions", "COMMIT", move || fate);
        let (status, body) = serving.post_keyed(KEY, "/auth/ticket/signin", &ticket);
        assert!(tap.sprung(), "{fate:?}");
        assert_eq!((status, &body["code"]), (503, &json!(40000007)), "{fate:?}: {body}");
        assert!(body["message"].as_str().is_some_and(|said| said.contains("unknown")), "{body}");
        until("what arrived is carried out", || (sessions(&database) == written).then_some(()));

        let (status, found) = serving.post_keyed(KEY, "/auth/ticket/signin", &ticket);
        assert_eq!(status, 200, "{fate:?}: {found}");
        assert_eq!(sessions(&database), "1", "{fate:?}");
        let (_, again) = serving.post_keyed(KEY, "/auth/ticket/signin", &ticket);
        assert_eq!(again["refresh_token"], found["refresh_token"]);
        assert_eq!(serving.post("/auth/ticket/signin", &ticket).0, 400, "without the key it is spent");
        serving.stop();
    }
}

#[test]
fn a_node_that_stands_still_in_a_transaction_holds_the_others_up_for_seconds_only() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let (node, tap) = tapped(server, &database);
    let other = Node::beside(&node, database.url());
    let administrator = json!({ "ticket": node.run(&["admin", "ticket"]).line() });
    let (still, going) = (node.serve(), other.serve());
    let (_, signed_in) = going.post("/auth/ticket/signin", &administrator);
    let bearer = signed_in["access_token"].as_str().expect("a token");
    let create = |node: &Running, name: &str| {
        node.post_as(bearer, "/api/v1/admin/users", &json!({ "username": name })).0
    };

    let process = still.pid().to_string();
    tap.once("pg_advisory_xact_lock", move || {
        // Its answer finds nobody.
        assert!(Command::new("kill").args(["-STOP", &process]).status().is_ok_and(|s| s.success()));
        Fate::Arrives
    });
    std::thread::scope(|scope| {
        let held = scope.spawn(|| create(&still, "held"));
        until("it stands still", || tap.sprung().then_some(()));
        let since = Instant::now();
        assert_eq!(create(&going, "going"), 201);
        assert_eq!(going.post("/auth/ticket/signin", &ticket(&other)).0, 200);
        assert!(since.elapsed() < PATIENCE / 2, "{:?}", since.elapsed());
        assert!(since.elapsed() > Duration::from_millis(500), "it held no lock: this test shows nothing");
        still.signal("CONT");
        assert_eq!(held.join().expect("answered"), 503, "its transaction was ended");
    });
    until("it goes on", || (create(&still, "held") == 201).then_some(()));
    let held = "SELECT count(*) FROM users WHERE username = 'held'";
    assert_eq!(database.query(held).expect("it answers"), ["1"]);
    still.stop();
    going.stop();
}
