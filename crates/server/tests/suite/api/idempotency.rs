//! A lost answer is not a lost sign-in: the same ticket with the same `Idempotency-Key`.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, Tokens, storm};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);
const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

async fn redeem(app: &TestApp, ticket: &str, key: &str) -> Answer {
    app.signin(json!({ "ticket": ticket })).header("idempotency-key", key).send().await
}

/// What must be the same in every answer to the same redemption.
fn essence(answer: &Answer) -> (Value, Value) {
    let tokens = Tokens::of(answer.clone());
    (tokens.claims(), answer.body["refresh_token"].clone())
}

/// A user whose ticket was redeemed under [`KEY`].
async fn redeemed() -> (TestApp, UserId, String, Answer) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let first = redeem(&app, &ticket, KEY).await;
    assert_eq!(first.status, 200, "{}", first.body);
    (app, alice, ticket, first)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_a_storm_with_one_key_all_receive_the_same_sign_in() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let ticket = app.ticket(alice).await;
    let answers = storm(64, |i| {
        let node = if i % 2 == 0 { &app } else { &other };
        node.signin(json!({ "ticket": ticket })).header("idempotency-key", KEY).send()
    })
    .await;
    let first = essence(&answers[0]);
    for claim in ["sid", "jti", "iat", "exp", "sub"] {
        assert!(!first.0[claim].is_null(), "{claim}");
    }
    assert!(first.1.as_str().is_some_and(|t| t.starts_with("rt_")));
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(essence(answer), first);
        assert_eq!(answer.body["expires_in"], 1800);
    }
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 1);
    assert_eq!(app.audit("ticket.redeemed").len(), 1);
    assert_eq!(app.audit("ticket.replayed").len(), 0);
    let tokens = Tokens::of(answers[63].clone());
    let refreshed = app.post("/auth/refresh", "", json!({ "refresh_token": tokens.refresh })).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_a_storm_with_64_keys_has_one_winner() {
    let app = TestApp::start().await;
    let ticket = app.ticket(app.user("alice", Role::Member).await).await;
    let answers = storm(64, |i| {
        let request = app.signin(json!({ "ticket": ticket }));
        request.header("idempotency-key", &format!("key-{i}")).send()
    })
    .await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.refusal() == REFUSED).count(), 63);
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn a_replay_answers_the_same_until_60_seconds_are_over() {
    let (app, _, ticket, first) = redeemed().await;
    let commits = app.faults.counts().commits;
    app.clock.advance(Span::millis(59_999));
    let again = redeem(&app, &ticket, KEY).await;
    assert_eq!(again.status, 200);
    assert_eq!(essence(&again), essence(&first));
    assert_eq!(again.body["user"], first.body["user"]);
    assert_eq!(again.body["expires_in"], 1800 - 59, "what is left of it");
    assert_eq!(app.get("/auth/me", &Tokens::of(again).access).await.status, 200);
    assert_eq!(app.faults.counts().commits, commits, "nothing was written");
    app.clock.advance(Span::millis(1));
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.replayed").len(), 1);
    assert_eq!(app.get("/auth/me", &Tokens::of(first).access).await.status, 200, "the session lives on");
}

#[tokio::test]
async fn a_replay_is_answered_by_every_node_and_after_a_restart() {
    let (app, _, ticket, first) = redeemed().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let again = redeem(&other, &ticket, KEY).await;
    assert_eq!(again.status, 200);
    assert_eq!(essence(&again), essence(&first));
}

#[tokio::test]
async fn another_key_or_none_ends_the_replay() {
    for other in [Some("another"), Some(&KEY.to_uppercase()), None] {
        let (app, _, ticket, _) = redeemed().await;
        let answer = match other {
            Some(key) => redeem(&app, &ticket, key).await,
            None => app.redeem(&ticket).await,
        };
        assert_eq!(answer.refusal(), REFUSED, "{other:?}");
        assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED, "after {other:?}");
        assert_eq!(app.query::<i64>("SELECT count(*) FROM ticket_replays"), 0);
        assert_eq!(app.audit("ticket.replayed").len(), 2);
    }
}

#[tokio::test]
async fn a_ticket_redeemed_without_a_key_is_not_repeated_with_one() {
    let app = TestApp::start().await;
    let ticket = app.ticket(app.user("alice", Role::Member).await).await;
    assert_eq!(app.redeem(&ticket).await.status, 200);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
}

#[tokio::test]
async fn a_refresh_ends_the_replay() {
    let (app, _, ticket, first) = redeemed().await;
    let tokens = Tokens::of(first);
    let refreshed = app.post("/auth/refresh", "", json!({ "refresh_token": tokens.refresh })).await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
    assert_eq!(app.query::<i64>("SELECT count(*) FROM ticket_replays"), 0);
}

#[tokio::test]
async fn a_logout_ends_the_replay() {
    let (app, _, ticket, first) = redeemed().await;
    assert_eq!(app.post("/auth/logout", &Tokens::of(first).access, json!({})).await.status, 200);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
    assert_eq!(app.query::<i64>("SELECT count(*) FROM ticket_replays"), 0);
}

#[tokio::test]
async fn a_replay_looks_at_the_user_again() {
    let (app, alice, ticket, _) = redeemed().await;
    let admin = app.sign_in(app.admin).await;
    let status = format!("/admin/users/{alice}/status");
    assert_eq!(app.put(&status, &admin.access, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
    assert_eq!(app.put(&status, &admin.access, json!({ "status": "active" })).await.status, 200);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED, "the session stays dead");
}

#[tokio::test]
async fn a_replay_looks_at_the_bindings_again() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let minter = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let (a, b) = (app.client("a", &[Purpose::Sso]).await, app.client("b", &[Purpose::Sso]).await);
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let bound = json!({ "user_id": alice, "client_id": a.0, "proof": challenge });
    let attempt = async |ticket: &str, (id, secret): &(String, String), verifier: &str| {
        let request = app.signin(json!({ "ticket": ticket, "verifier": verifier }));
        request.basic(id, secret).header("idempotency-key", KEY).send().await
    };

    let ticket = app.mint(&minter, bound.clone()).await;
    assert_eq!(attempt(&ticket, &a, verifier).await.status, 200);
    assert_eq!(attempt(&ticket, &a, verifier).await.status, 200);
    assert_eq!(attempt(&ticket, &b, verifier).await.refusal(), REFUSED, "another client");
    assert_eq!(attempt(&ticket, &a, verifier).await.refusal(), REFUSED, "that ended it");

    let ticket = app.mint(&minter, bound).await;
    assert_eq!(attempt(&ticket, &a, verifier).await.status, 200);
    assert_eq!(attempt(&ticket, &a, "wrong").await.refusal(), REFUSED);
    assert_eq!(attempt(&ticket, &a, verifier).await.refusal(), REFUSED);

    // Bound to nobody, but redeemed by A: the sign-in is A's.
    for stranger in [Some(&b), None] {
        let ticket = app.mint(&minter, json!({ "user_id": alice })).await;
        let as_client = |(id, secret): &(String, String)| {
            let request = app.signin(json!({ "ticket": ticket })).header("idempotency-key", KEY);
            request.basic(id, secret).send()
        };
        assert_eq!(as_client(&a).await.status, 200);
        let answer = match stranger {
            Some(client) => as_client(client).await,
            None => redeem(&app, &ticket, KEY).await,
        };
        assert_eq!(answer.refusal(), REFUSED);
        assert_eq!(as_client(&a).await.refusal(), REFUSED);
    }
}

#[tokio::test]
async fn other_replays_are_audited_five_times_a_ticket_then_counted() {
    let (app, _, ticket, first) = redeemed().await;
    for n in 1..=8 {
        let before = app.faults.counts().commits;
        assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED);
        assert_eq!(
            app.faults.counts().commits,
            before + 1,
            "replay {n} waits for one commit, as any refusal"
        );
    }
    assert_eq!(app.audit("ticket.replayed").len(), 5);
    assert_eq!(app.query::<i64>("SELECT replays FROM tickets"), 8);
    assert_eq!(app.audit("ticket.replayed")[0]["subject"], first.body["user"]["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_replays_leaves_five_rows() {
    let (app, _, ticket, _) = redeemed().await;
    let answers = storm(64, |_| app.signin(json!({ "ticket": ticket })).send()).await;
    assert!(answers.iter().all(|a| a.refusal() == REFUSED));
    assert_eq!(app.audit("ticket.replayed").len(), 5);
    assert_eq!(app.query::<i64>("SELECT replays FROM tickets"), 64);
}

#[tokio::test]
async fn p04_a_killed_sign_in_stays_dead_after_a_restart() {
    let (app, _, ticket, first) = redeemed().await;
    let tokens = Tokens::of(first);
    assert_eq!(app.post("/auth/logout", &tokens.access, json!({})).await.status, 200);
    let restarted = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    drop(app);
    assert_eq!(restarted.redeem(&ticket).await.refusal(), REFUSED);
    assert_eq!(redeem(&restarted, &ticket, KEY).await.refusal(), REFUSED);
    assert_eq!(restarted.get("/auth/me", &tokens.access).await.status, 401);
    let refresh = restarted.post("/auth/refresh", "", json!({ "refresh_token": tokens.refresh })).await;
    assert_eq!(refresh.refusal(), (401, 40000202));
}

#[tokio::test]
async fn a_malformed_key_is_refused_before_the_ticket_is_looked_at() {
    let app = TestApp::start().await;
    let ticket = app.ticket(app.user("alice", Role::Member).await).await;
    let before = app.faults.counts();
    for key in ["", "two words", "tab\there", &"k".repeat(256), "schl\u{fc}ssel"] {
        let answer = redeem(&app, &ticket, key).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{key}");
        assert_eq!(answer.body["member"], "Idempotency-Key");
    }
    let twice = app.signin(json!({ "ticket": ticket })).header("idempotency-key", "a");
    assert_eq!(twice.header("idempotency-key", "a").send().await.refusal(), (400, 40000001));
    assert_eq!(app.faults.counts(), before);
    assert_eq!(redeem(&app, &ticket, &"k".repeat(255)).await.status, 200);
}

#[tokio::test]
async fn the_same_key_on_another_ticket_is_another_redemption() {
    let (app, alice, _, first) = redeemed().await;
    let second = redeem(&app, &app.ticket(alice).await, KEY).await;
    assert_eq!(second.status, 200);
    assert_ne!(essence(&second).0["sid"], essence(&first).0["sid"]);
    assert_ne!(essence(&second).1, essence(&first).1);
}

#[tokio::test]
async fn a_sweep_erases_what_could_answer_again() {
    let (app, _, ticket, _) = redeemed().await;
    app.clock.advance(Span::seconds(60));
    app.store().sweep().await.expect("sweeps");
    assert_eq!(app.query::<i64>("SELECT count(*) FROM ticket_replays"), 0);
    assert_eq!(redeem(&app, &ticket, KEY).await.refusal(), REFUSED);
}
