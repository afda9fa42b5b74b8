//! A store that fails in the middle: never half applied, never open, and the process lives on.

use authms_core::access::Role;
use authms_testkit::{Answer, CommitFault, Engine, ReadFault, Setup, TestApp, Tokens};
use serde_json::json;
use std::collections::BTreeSet;

const REFUSED: (u16, u64) = (400, 40000401);
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

async fn redeem(app: &TestApp, ticket: &str) -> Answer {
    app.signin(json!({ "ticket": ticket })).header("idempotency-key", KEY).send().await
}

fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.refusal(), (503, 40000007), "{}", answer.body);
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0));
    assert_tells_nothing(answer);
}

/// Only what a `SimpleResponse` may hold, and no word of what is behind it.
fn assert_tells_nothing(answer: &Answer) {
    let members: BTreeSet<_> = answer.body.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["code", "message", "request_id", "timestamp"].map(str::to_owned).into());
    let said = answer.body["message"].as_str().expect("a text");
    let known = ["temporarily unavailable", "the outcome is unknown", "internal error"];
    assert!(known.contains(&said), "{said}");
}

async fn start() -> (TestApp, String) {
    start_on(Engine::Any).await
}

async fn start_on(engine: Engine) -> (TestApp, String) {
    let app = TestApp::with(Setup { engine, ..Setup::default() }).await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    (app, ticket)
}

#[tokio::test]
async fn s09_reads_down_is_503_and_the_ticket_is_as_before() {
    let (app, ticket) = start().await;
    app.faults.reads(Some(ReadFault::Down));
    assert_unavailable(&redeem(&app, &ticket).await);
    assert_unavailable(&app.redeem(&ticket).await);
    app.faults.reads(None);
    assert_eq!(redeem(&app, &ticket).await.status, 200);
}

#[tokio::test]
async fn s09_a_commit_that_is_not_written_leaves_the_ticket_as_before() {
    for fault in [CommitFault::Unavailable, CommitFault::Busy, CommitFault::Lost] {
        let (app, ticket) = start().await;
        app.faults.next_commit(fault);
        assert_unavailable(&app.redeem(&ticket).await);
        assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 0, "{fault:?}");
        assert_eq!(app.query::<i64>("SELECT count(*) FROM tickets WHERE session_id IS NOT NULL"), 0);
        assert_eq!(app.audit("ticket.redeemed").len(), 0);
        assert_eq!(app.redeem(&ticket).await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn s09_an_unknown_outcome_is_found_out_with_the_idempotency_key() {
    for fault in [CommitFault::Written, CommitFault::Lost] {
        let (app, ticket) = start().await;
        app.faults.next_commit(fault);
        let unknown = redeem(&app, &ticket).await;
        assert_unavailable(&unknown);
        assert_eq!(unknown.body["message"], "the outcome is unknown");
        let found = redeem(&app, &ticket).await;
        assert_eq!(found.status, 200, "{fault:?}: {}", found.body);
        let tokens = Tokens::of(found);
        assert_eq!(app.get("/auth/me", &tokens.access).await.status, 200);
        let refresh = json!({ "refresh_token": tokens.refresh });
        assert_eq!(app.post("/auth/refresh", "", refresh).await.status, 200, "{fault:?}");
        assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 1, "{fault:?}");
        assert_eq!(app.audit("ticket.redeemed").len(), 1);
    }
}

#[tokio::test]
async fn s09_an_unknown_outcome_without_a_key_never_signs_in_twice() {
    let (app, ticket) = start().await;
    app.faults.next_commit(CommitFault::Written);
    assert_unavailable(&app.redeem(&ticket).await);
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED, "it was spent, and nobody knows the token");
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn s09_a_refusal_that_cannot_be_committed_is_503() {
    let (app, ticket) = start().await;
    assert_eq!(app.redeem(&ticket).await.status, 200);
    let bound = json!({ "ticket": app.ticket(app.admin).await, "client_id": "cli_x", "client_secret": "x" });
    for fault in [CommitFault::Unavailable, CommitFault::Busy, CommitFault::Lost] {
        app.faults.commits(Some(fault));
        assert_unavailable(&app.redeem(&ticket).await);
        assert_unavailable(&app.signin(bound.clone()).send().await);
    }
    app.faults.commits(None);
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED);
    assert_eq!(app.signin(bound).send().await.refusal(), REFUSED);
}

#[tokio::test]
async fn s09_a_mint_that_cannot_be_committed_makes_no_ticket() {
    let (app, _) = start().await;
    let admin = app.sign_in(app.admin).await.access;
    let body = json!({ "user_id": app.admin.to_string(), "idempotency_key": "once" });
    let tickets: i64 = app.query("SELECT count(*) FROM tickets");
    for fault in [CommitFault::Unavailable, CommitFault::Busy, CommitFault::Lost] {
        app.faults.next_commit(fault);
        assert_unavailable(&app.post("/auth/generate-ticket", &admin, body.clone()).await);
        assert_eq!(app.query::<i64>("SELECT count(*) FROM tickets"), tickets, "{fault:?}");
    }
    app.faults.next_commit(CommitFault::Written);
    assert_unavailable(&app.post("/auth/generate-ticket", &admin, body.clone()).await);
    let found = app.post("/auth/generate-ticket", &admin, body).await;
    assert_eq!(found.refusal(), (409, 40000406), "the key tells that it was made after all");
    assert!(found.body["ticket_id"].as_str().is_some_and(|id| id.starts_with("tid_")));
}

#[tokio::test]
async fn s09_a_full_disk_and_a_read_only_one_are_503_until_they_are_mended() {
    let (app, ticket) = start_on(Engine::File).await;
    let spare = app.ticket(app.admin).await;
    let admin = app.sign_in(app.admin).await.access;
    // A little less room than there is: what is written next does not fit.
    app.sqlite().with_writer(|conn| {
        let pages: i64 = conn.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a count");
        conn.pragma_update(None, "max_page_count", pages).expect("set");
        conn.execute_batch("CREATE TABLE filler (x BLOB)").ok();
        while conn.execute("INSERT INTO filler VALUES (zeroblob(900))", []).is_ok() {}
    });
    let sessions = "SELECT count(*) FROM sessions";
    let mut tickets = vec![ticket];
    // There may be room for a few more rows in pages that are not full.
    let full = loop {
        let answer = app.redeem(&tickets[tickets.len() - 1]).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(tickets.len() < 100, "the disk is full");
        let minted =
            app.post("/auth/generate-ticket", &admin, json!({ "user_id": app.admin.to_string() })).await;
        match minted.body["ticket"].as_str() {
            Some(next) => tickets.push(next.to_owned()),
            None => break minted,
        }
    };
    assert_unavailable(&full);
    let sessions_before: i64 = app.query(sessions);
    assert_eq!(app.audit("ticket.redeemed").len() as i64, sessions_before, "never half applied");
    app.sqlite().with_writer(|conn| {
        conn.pragma_update(None, "max_page_count", 1_000_000).expect("set");
        conn.execute_batch("DROP TABLE IF EXISTS filler").expect("dropped");
        conn.pragma_update(None, "query_only", "ON").expect("set");
    });
    let ticket = spare;
    assert_unavailable(&app.redeem(&ticket).await);
    assert_eq!(app.query::<i64>(sessions), sessions_before);
    // The writer opens a new connection after such a failure, which may write again.
    app.sqlite().with_writer(|conn| conn.pragma_update(None, "query_only", "OFF").expect("set"));
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn s62_a_fault_of_ours_carries_no_internals() {
    let (app, ticket) = start().await;
    app.faults.reads(Some(ReadFault::Panic("SELECT secret_hash FROM tickets at /srv/authms/store.rs:42")));
    let answer = redeem(&app, &ticket).await;
    assert_eq!(answer.refusal(), (500, 40000008));
    assert_tells_nothing(&answer);
    assert_eq!(answer.header("x-request-id"), answer.body["request_id"], "what finds it in the log");
    app.faults.reads(None);
    assert_eq!(redeem(&app, &ticket).await.status, 200, "the process lives on");
}

#[tokio::test]
async fn s62_no_route_tells_of_a_store_that_is_down() {
    let (app, ticket) = start().await;
    let admin = app.sign_in(app.admin).await;
    app.faults.reads(Some(ReadFault::Down));
    for (method, path, body) in [
        ("POST", "/auth/ticket/signin", json!({ "ticket": ticket })),
        ("POST", "/auth/generate-ticket", json!({ "user_id": app.admin.to_string() })),
        ("POST", "/auth/login", json!({ "identity": "alice", "password": "correct horse battery" })),
        ("POST", "/auth/refresh", json!({ "refresh_token": admin.refresh })),
        ("GET", "/auth/me", json!({})),
    ] {
        let request = app.request(method, path).bearer(&admin.access);
        assert_unavailable(&request.json(body).send().await);
    }
}

#[tokio::test]
async fn what_a_redeemer_sends_never_makes_a_500() {
    let (app, ticket) = start().await;
    for text in ["\u{1f600}", "tkt_\u{202e}", "\u{0}", "' OR 1=1 --", "%00", "../..", "{{7*7}}", "\u{ffff}"] {
        for member in ["ticket", "verifier", "client_id", "client_secret"] {
            let mut body = json!({ "ticket": ticket, "client_id": "c", "client_secret": "s" });
            body[member] = json!(text);
            let answer = app.signin(body).send().await;
            assert_eq!(answer.status, 400, "{member}: {text:?}");
        }
    }
    let deep = format!("{{\"ticket\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
    let request = app.request("POST", "/auth/ticket/signin").bytes("application/json", deep.into_bytes());
    assert_eq!(request.send().await.refusal(), (400, 40000001), "depth");
    assert_eq!(app.redeem(&ticket).await.status, 200);
}
