//! Several nodes on one database of PostgreSQL.

use std::process::Command;

use authms_testkit::postgres::{self, TestDatabase};
use serde_json::{Value, json};

use super::home::{Done, Home};
use super::running::Running;

/// A node: a data directory of its own, the database and the issuer of all.
pub struct Node {
    home: Home,
    url: String,
}

impl Node {
    fn new(database: &TestDatabase<'_>) -> Self {
        Self::at(database.url())
    }

    pub fn at(url: String) -> Self {
        Self { home: Home::new(), url }
    }

    /// The same with the master key of another.
    pub fn beside(first: &Self, url: String) -> Self {
        let node = Self::at(url);
        std::fs::create_dir(node.home.data()).expect("a directory");
        std::fs::copy(first.home.data().join("master.key"), node.home.data().join("master.key"))
            .expect("copied");
        node
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("AUTHMS_STORE__URL", &self.url).env("AUTHMS_STORE__CONNECTIONS", "4");
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        Done::of(self.command(args))
    }

    pub fn serve(&self) -> Running {
        Running::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

#[test]
fn two_nodes_are_one_service_and_a_ticket_works_once_on_both_together() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let one = Node::new(&database);
    let made = one.run(&["migrate", "--issuer", "https://id.example.org"]);
    made.success();
    assert!(made.stderr().contains("PostgreSQL, test_"), "{made:?}");
    let other = Node::beside(&one, database.url());
    let (first, second) = (one.serve(), other.serve());
    one.run(&["user", "create", "--username", "ada"]).line();
    for _ in 0..5 {
        let ticket = json!({ "ticket": other.run(&["ticket", "mint", "--user", "ada"]).line() });
        let redeem = |node: &Running| node.post("/auth/ticket/signin", &ticket);
        let (here, there): ((u16, Value), (u16, Value)) = std::thread::scope(|scope| {
            let here = scope.spawn(|| redeem(&first));
            let there = redeem(&second);
            (here.join().expect("answered"), there)
        });
        let mut codes = [here.0, there.0];
        codes.sort_unstable();
        assert_eq!(codes, [200, 400], "{here:?} {there:?}");
        let won = if here.0 == 200 { here.1 } else { there.1 };
        let access = won["access_token"].as_str().expect("a token");
        for node in [&first, &second] {
            assert_eq!(node.get_as(access, "/api/v1/auth/me").0, 200);
        }
    }
    first.stop();
    assert_eq!(second.get("/health/ready").0, 200);
    second.stop();
}

/// Mints at one node and redeems and refreshes at the other.
fn sign_in_across(minting: &Node, redeeming: &Running, refreshing: &Running) {
    let ticket = json!({ "ticket": minting.run(&["ticket", "mint", "--user", "ada"]).line() });
    let (status, session) = redeeming.post("/auth/ticket/signin", &ticket);
    assert_eq!(status, 200, "{session}");
    assert_eq!(refreshing.post("/auth/ticket/signin", &ticket).0, 400, "it works once");
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    let (status, refreshed) = refreshing.post("/auth/refresh", &refresh);
    assert_eq!(status, 200, "{refreshed}");
    let access = refreshed["access_token"].as_str().expect("a token");
    assert_eq!(redeeming.get_as(access, "/api/v1/auth/me").0, 200);
}

#[test]
fn nodes_serve_over_a_schema_that_the_next_version_expanded_until_it_contracts() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let one = Node::new(&database);
    one.run(&["migrate", "--issuer", "https://id.example.org"]).success();
    one.run(&["user", "create", "--username", "ada"]).line();
    let before = one.serve();
    sign_in_across(&one, &before, &before);

    let next = authms_store::sqlite::LATEST_SCHEMA_VERSION + 1;
    let expand = format!(
        "ALTER TABLE tickets ADD COLUMN next TEXT;
         ALTER TABLE sessions ADD COLUMN next BIGINT NOT NULL DEFAULT 7;
         ALTER TABLE users ADD COLUMN next TEXT;
         CREATE TABLE next (id BYTEA PRIMARY KEY);
         INSERT INTO schema_migrations VALUES ({next}, 'next', 0, 0)"
    );
    database.query(&expand).expect("it expands");
    // One that was serving, with statements prepared before, and one that starts now.
    let other = Node::beside(&one, database.url());
    let after = other.serve();
    let ahead = after
        .record("the schema is ahead of this authms, which may still use it; replace it by the newer one");
    assert_eq!(ahead.expect("it is said")["found"], next);
    sign_in_across(&one, &after, &before);
    sign_in_across(&other, &before, &after);
    // What the next version writes meanwhile is in nobody's way, and stays.
    database.query("UPDATE users SET next = 'theirs';\nUPDATE tickets SET next = 'theirs'").expect("written");
    one.run(&["user", "update", "ada", "--nickname", "Countess"]).success();
    sign_in_across(&other, &before, &after);
    let kept = "SELECT count(*) FROM users WHERE next = 'theirs' AND nickname = 'Countess'";
    assert_eq!(database.query(kept).expect("it reads"), ["1"]);
    assert_eq!(database.query("SELECT DISTINCT next FROM sessions").expect("it reads"), ["7"]);

    database.query(&format!("UPDATE store_state SET lowest = {next}")).expect("it contracts");
    let refused = other.run(&["migrate"]);
    let said = refused.refusal();
    assert!(
        said.contains(&format!("below version {next}")) && said.contains("start a newer authms"),
        "{said}"
    );
    before.stop();
    after.stop();
}

#[test]
fn a_node_with_another_key_or_issuer_is_refused_and_makes_none() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let one = Node::new(&database);
    one.run(&["migrate", "--issuer", "https://id.example.org"]).success();

    let keyless = Node::new(&database);
    assert!(keyless.run(&["migrate"]).refusal().contains("no master key file"));
    assert!(!keyless.home.data().join("master.key").exists());

    let other = Node::beside(&one, database.url());
    let refused = other.run(&["migrate", "--issuer", "https://other.example.org"]);
    assert!(refused.refusal().contains("issuer"), "{refused:?}");

    let elsewhere = server.database();
    let stranger = Node::new(&elsewhere);
    stranger.run(&["migrate", "--issuer", "https://id.example.org"]).success();
    let stranger = Node { url: database.url(), ..stranger };
    assert!(stranger.run(&["migrate"]).refusal().contains("another master key"));
}

#[test]
fn a_database_restored_by_its_own_means_honours_nothing_of_before_once_it_is_void() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let node = Node::new(&database);
    node.run(&["migrate", "--issuer", "https://id.example.org"]).success();
    node.run(&["user", "create", "--username", "ada"]).line();
    let mint = || json!({ "ticket": node.run(&["ticket", "mint", "--user", "ada"]).line() });
    let (spent, issued) = (mint(), mint());
    let serving = node.serve();
    let (status, session) = serving.post("/auth/ticket/signin", &spent);
    assert_eq!(status, 200, "{session}");
    serving.stop();

    assert!(node.run(&["restore", "--in-place"]).stderr().contains("--yes"));
    let done = node.run(&["restore", "--in-place", "--yes"]);
    assert_eq!(done.success(), "");
    assert!(done.stderr().contains("epoch 1") && done.stderr().contains("1 tickets, 1 sessions"), "{done:?}");

    let serving = node.serve();
    assert_eq!(serving.post("/auth/ticket/signin", &issued).0, 400);
    let refresh = json!({ "refresh_token": session["refresh_token"] });
    assert_eq!(serving.post("/auth/refresh", &refresh).0, 401);
    let access = session["access_token"].as_str().expect("a token");
    assert_eq!(serving.get_as(access, "/api/v1/auth/me").0, 401);
    assert_eq!(serving.post("/auth/ticket/signin", &mint()).0, 200, "new ones work");
    serving.stop();
}

#[test]
fn a_backup_is_taken_while_nodes_serve_and_restores_on_either_engine() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let node = Node::new(&database);
    node.run(&["migrate", "--issuer", "https://id.example.org"]).success();
    node.run(&["user", "create", "--username", "ada"]).line();
    let mint = |node: &Node| json!({ "ticket": node.run(&["ticket", "mint", "--user", "ada"]).line() });
    let (spent, issued) = (mint(&node), mint(&node));
    let serving = node.serve();
    let file = node.home.path().join("backup.db");
    let file = file.to_str().expect("UTF-8");
    let done = node.run(&["backup", "--to", file]);
    assert_eq!(done.success(), "");
    assert!(done.stderr().contains("comparing: 100 %") && done.stderr().contains("is not in it"), "{done:?}");
    let (status, session) = serving.post("/auth/ticket/signin", &spent);
    assert_eq!(status, 200, "{session}");
    node.run(&["user", "create", "--username", "later"]).line();

    let with = |more: &[&str]| node.run(&[&["restore", "--from", file], more].concat());
    assert!(with(&["--replace", "--yes"]).refusal().contains("already uses"));
    // A node of another machine.
    let other = Node::beside(&node, database.url());
    let elsewhere = other.run(&["restore", "--from", file, "--replace", "--yes"]);
    assert!(elsewhere.refusal().contains("in use; stop every authms"), "{elsewhere:?}");
    assert_eq!(serving.post("/auth/refresh", &json!({ "refresh_token": session["refresh_token"] })).0, 200);
    serving.stop();
    assert!(with(&[]).refused().contains("--replace"));
    let done = with(&["--replace", "--yes"]);
    assert_eq!(done.success(), "");
    assert!(done.stderr().contains("epoch 1") && done.stderr().contains("2 tickets, 0 sessions"), "{done:?}");
    node.run(&["user", "get", "later"]).missing();
    assert_eq!(std::fs::read_dir(node.home.data()).expect("listed").count(), 2, "the key and the lock");

    // The same file on the other engine, and in an empty database.
    let empty = server.database();
    let new = Node::beside(&node, empty.url());
    let small = Node::beside(&node, "sqlite:authms.db".to_owned());
    for node in [&node, &new, &small] {
        if node.url != database.url() {
            node.run(&["restore", "--from", file]).success();
        }
        let serving = node.serve();
        for ticket in [&spent, &issued] {
            assert_eq!(serving.post("/auth/ticket/signin", ticket).0, 400);
        }
        assert_eq!(serving.post("/auth/ticket/signin", &mint(node)).0, 200, "new ones work");
        serving.stop();
    }
    let again = new.run(&["restore", "--from", file, "--replace", "--yes"]);
    assert!(again.success().is_empty() && again.stderr().contains("epoch 2"), "{again:?}");
}

#[test]
fn a_server_that_cannot_be_reached_or_used_is_refused_without_its_password() {
    let node = Node { home: Home::new(), url: "postgres://app:hunter2@127.0.0.1:1/authms".to_owned() };
    let refused = node.run(&["migrate"]);
    let said = refused.refusal();
    assert!(said.contains("cannot be reached") && said.contains("127.0.0.1 port 1"), "{said}");
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
    assert!(!node.home.data().join("master.key").exists(), "a key was made for nothing");
}
