//! `authms migrate --from … --to …`

use std::process::Stdio;

use authms_testkit::postgres;
use serde_json::{Value, json};

use super::home::{Done, Home};
use super::running::{Running, until};

const ISSUER: &str = "https://id.example.org";

/// One installation's data directory, whose store is a file or a database.
struct Site {
    home: Home,
    url: String,
}

impl Site {
    /// An installation in a file, with a user.
    fn new() -> Self {
        let site = Self { home: Home::new(), url: "sqlite:data/authms.db".to_owned() };
        site.run(&["migrate", "--issuer", ISSUER]).success();
        site.run(&["user", "create", "--username", "ada"]).line();
        site
    }

    fn run(&self, args: &[&str]) -> Done {
        Done::of(self.command(args))
    }

    fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = self.home.command(args);
        command.env("AUTHMS_STORE__URL", &self.url);
        command
    }

    fn serve(&self) -> Running {
        Running::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    fn mint(&self) -> Value {
        json!({ "ticket": self.run(&["ticket", "mint", "--user", "ada"]).line() })
    }

    /// Moves it; it is there from now on.
    fn relocate(&mut self, to: &str) -> Done {
        let done = self.run(&["migrate", "--from", &self.url, "--to", to]);
        assert_eq!(done.success(), "");
        self.url = to.to_owned();
        done
    }
}

fn redeem(server: &Running, ticket: &Value) -> (u16, Value) {
    server.post("/auth/ticket/signin", ticket)
}

fn refresh(server: &Running, session: &Value) -> (u16, Value) {
    server.post("/auth/refresh", &json!({ "refresh_token": session["refresh_token"] }))
}

#[test]
fn a_ticket_minted_before_a_move_works_once_after_it_and_a_spent_one_stays_spent() {
    let Some(postgres) = postgres::shared() else { return };
    let database = postgres.database();
    let mut site = Site::new();
    let (spent, issued, kept) = (site.mint(), site.mint(), site.mint());
    let server = site.serve();
    let (status, session) = redeem(&server, &spent);
    assert_eq!(status, 200, "{session}");
    let busy = site.run(&["migrate", "--from", &site.url, "--to", &database.url()]);
    assert!(busy.refusal().contains("locked by another process"), "{busy:?}");
    server.stop();

    let moved = site.relocate(&database.url());
    let said = moved.stderr();
    for word in
        ["copying: 100 %", "comparing: 100 %", ISSUER, "SHA-256", "PostgreSQL, test_", "marked as left"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("sslmode"), "the URL shows: {said}");
    // What is left behind starts no more, neither by mistake nor to mint a ticket.
    let left = Site { home: site.home, url: "sqlite:data/authms.db".to_owned() };
    for args in [&["serve"][..], &["migrate"], &["ticket", "mint", "--user", "ada"]] {
        let refused = left.run(args);
        assert!(refused.refusal().contains("was moved to PostgreSQL, test_"), "{refused:?}");
    }
    let mut site = Site { home: left.home, url: database.url() };

    let server = site.serve();
    let (status, moved_on) = refresh(&server, &session);
    assert_eq!(status, 200, "{moved_on}");
    assert_eq!(redeem(&server, &spent).0, 400);
    let (status, opened) = redeem(&server, &issued);
    assert_eq!(status, 200, "{opened}");
    assert_eq!(redeem(&server, &issued).0, 400);
    let served = site.run(&["migrate", "--to", "sqlite:data/back.db"]);
    assert!(served.refusal().contains("in use; stop every authms"), "{served:?}");
    server.stop();

    site.relocate("sqlite:data/back.db");
    let refused = Site { home: Home::new(), url: database.url() }.run(&["migrate"]);
    assert!(refused.refusal().contains("back.db: start authms there"), "{refused:?}");
    let server = site.serve();
    for ticket in [&spent, &issued] {
        assert_eq!(redeem(&server, ticket).0, 400);
    }
    assert_eq!(redeem(&server, &kept).0, 200);
    assert_eq!(refresh(&server, &moved_on).0, 200);
    assert_eq!(refresh(&server, &session).0, 401, "its successor was used");
    server.stop();
}

#[test]
fn what_was_left_is_used_again_only_once_what_had_been_given_out_is_void() {
    let site = Site::new();
    let ticket = site.mint();
    site.run(&["migrate", "--from", &site.url, "--to", "sqlite:data/new.db"]).success();
    assert!(site.run(&["serve"]).refusal().contains("authms restore --in-place"));
    let done = site.run(&["restore", "--in-place", "--yes"]);
    assert_eq!(done.success(), "");
    let server = site.serve();
    assert_eq!(redeem(&server, &ticket).0, 400);
    assert_eq!(redeem(&server, &site.mint()).0, 200);
    server.stop();
}

#[test]
fn a_move_that_is_killed_goes_on_when_it_is_run_again() {
    let Some(postgres) = postgres::shared() else { return };
    let database = postgres.database();
    let mut site = Site::new();
    let ticket = site.mint();
    let file = rusqlite::Connection::open(site.home.data().join("authms.db")).expect("it opens");
    let many = "INSERT INTO password_words (tenant_id, word)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
        SELECT randomblob(16), hex(randomblob(100)) FROM n";
    file.execute_batch(many).expect("filled");
    drop(file);
    let copied = || -> u64 {
        let sql = "SELECT count(*) FROM password_words";
        database.query(sql).ok().and_then(|found| found[0].parse().ok()).unwrap_or(0)
    };

    let (from, to) = (site.url.clone(), database.url());
    let mut moving = site.command(&["migrate", "--from", &from, "--to", &to]);
    let mut moving = moving.stderr(Stdio::null()).spawn().expect("started");
    until("some is copied", || (copied() > 20_000).then_some(()));
    moving.kill().expect("killed");
    moving.wait().expect("ended");
    let half = copied();
    assert!(half < 200_000, "it came to its end");
    let refused = Site { home: Home::new(), url: database.url() }.run(&["serve"]);
    assert!(refused.refusal().contains("a copy that was cut off: run the same"), "{refused:?}");

    let done = site.relocate(&database.url());
    let first = done.stderr().lines().next().expect("a line").to_owned();
    assert!(first.starts_with("copying: ") && !first.starts_with("copying: 0 %"), "it began anew: {first}");
    assert_eq!(copied(), 200_000);
    let server = site.serve();
    assert_eq!(redeem(&server, &ticket).0, 200);
    server.stop();
}
