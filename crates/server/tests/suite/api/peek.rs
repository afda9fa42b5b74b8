//! Looking at a ticket without spending it.

use super::redeem::Refusals;
use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, storm};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);
const PEEK: &str = "/auth/ticket/peek";

async fn peek(app: &TestApp, ticket: &str) -> Answer {
    app.post(PEEK, "", json!({ "ticket": ticket })).await
}

async fn rename(app: &TestApp, user: UserId, body: Value) {
    let admin = app.sign_in(app.admin).await.access;
    let answer = app.put(&format!("/admin/users/{user}"), &admin, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_peek_shows_masks_and_spends_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    rename(&app, alice, json!({ "nickname": "Alice Liddell" })).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let shop = app.client("The Shop", &[Purpose::Sso]).await;
    let ticket = app.mint(&key, json!({ "user_id": alice.to_string(), "client_id": shop.0 })).await;
    app.clock.advance(Span::millis(40_500));
    let state = "SELECT state || attempts || replays || coalesce(session_id, '') FROM tickets WHERE client_id IS NOT NULL";
    let before: String = app.query(state);
    for _ in 0..3 {
        let answer = app.request("POST", PEEK).json(json!({ "ticket": ticket })).basic(&shop.0, &shop.1);
        let answer = answer.send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let told = json!({
            "account": "a***@example.test",
            "client": { "id": shop.0, "name": "The Shop" },
            "display_name": "A***",
            "expires_in": 259,
            "purpose": "sso",
        });
        assert_eq!(answer.body["data"], told);
    }
    assert_eq!(app.query::<String>(state), before);
    let rows = app.audit("ticket.peeked");
    assert_eq!(
        (rows.len(), &rows[0]["client"], &rows[0]["subject"]),
        (3, &json!(shop.0), &json!(alice.to_string()))
    );
    let redeemed = app.signin(json!({ "ticket": ticket })).basic(&shop.0, &shop.1).send().await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
}

#[tokio::test]
async fn an_account_is_its_address_or_its_name_or_its_number() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for (body, account) in [
        (
            json!({ "username": "bob", "email": "bob@example.com", "phone": "+4930123456" }),
            "b***@example.com",
        ),
        (json!({ "username": "carol", "phone": "+4930123457" }), "c***"),
        (json!({ "phone": "+4930123458" }), "***58"),
    ] {
        let made = app.post("/admin/users", &admin, body.clone()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let user = made.body["data"]["user"]["id"].as_str().and_then(UserId::parse).expect("a user");
        let told = peek(&app, &app.ticket(user).await).await.body["data"].clone();
        assert_eq!(told, json!({ "account": account, "expires_in": 300, "purpose": "sso" }), "{body}");
    }
}

#[tokio::test]
async fn an_unbound_tickets_peek_names_no_client() {
    let app = TestApp::start().await;
    let shop = app.client("shop", &[Purpose::Sso]).await;
    let ticket = app.ticket(app.admin).await;
    let answer =
        app.request("POST", PEEK).json(json!({ "ticket": ticket })).basic(&shop.0, &shop.1).send().await;
    assert_eq!((answer.status, answer.body["data"].get("client")), (200, None));
}

#[tokio::test]
async fn what_does_not_sign_in_is_refused_byte_for_byte_as_at_sign_in() {
    let (peeks, signins) = (Refusals::prepare().await, Refusals::prepare().await);
    for ((way, _, body, headers), (_, _, same, _)) in peeks.ways.iter().zip(&signins.ways) {
        let peeked = peeks.send_to(PEEK, body, headers).await;
        let signed_in = signins.send_to("/auth/ticket/signin", same, headers).await;
        assert_eq!(peeked.refusal(), REFUSED, "{way}");
        assert_eq!(peeked.bytes, signed_in.bytes, "{way}");
        let names = |answer: &Answer| {
            let mut all: Vec<_> = answer.headers.iter().map(|(n, v)| (n.to_string(), v.clone())).collect();
            all.retain(|(name, _)| !name.starts_with("ratelimit"));
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        assert_eq!(names(&peeked), names(&signed_in), "{way}");
    }
}

#[tokio::test]
async fn every_refused_peek_past_the_checksum_waits_for_exactly_one_commit() {
    let refusals = Refusals::prepare().await;
    for (way, past_the_checksum, body, headers) in &refusals.ways {
        let before = refusals.app.faults.counts();
        assert_eq!(refusals.send_to(PEEK, body, headers).await.refusal(), REFUSED, "{way}");
        let commits = refusals.app.faults.counts().commits - before.commits;
        assert_eq!(commits, u32::from(*past_the_checksum), "{way}");
    }
}

#[tokio::test]
async fn five_peeks_that_miss_a_binding_kill_the_ticket() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let ticket = app.mint(&key, json!({ "user_id": alice, "context": "kiosk-7" })).await;
    for _ in 0..5 {
        assert_eq!(peek(&app, &ticket).await.refusal(), REFUSED);
    }
    let right = json!({ "ticket": ticket, "context": "kiosk-7" });
    assert_eq!(app.post(PEEK, "", right.clone()).await.refusal(), REFUSED);
    assert_eq!(app.signin(right).send().await.refusal(), REFUSED);
    let rows = app.audit("ticket.refused");
    let told: Vec<_> = rows.iter().map(|row| (row["why"].as_str(), row["act"].as_str())).collect();
    assert_eq!(told[..5], [(Some("wrong_context"), Some("peek")); 5]);
    let exhausted = Some("attempts_exhausted");
    assert_eq!(told[5..], [(exhausted, Some("peek")), (exhausted, None)]);
}

#[tokio::test]
async fn peeking_at_a_spent_ticket_tells_nothing_and_leaves_its_replay_alone() {
    let app = TestApp::start().await;
    let ticket = app.ticket(app.admin).await;
    let redeem =
        || app.signin(json!({ "ticket": ticket })).header("idempotency-key", "one-and-the-same").send();
    let first = redeem().await;
    assert_eq!(first.status, 200);
    let keyed = app.request("POST", PEEK).json(json!({ "ticket": ticket }));
    assert_eq!(keyed.header("idempotency-key", "one-and-the-same").send().await.refusal(), REFUSED);
    assert_eq!(peek(&app, &ticket).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "spent");
    let again = redeem().await;
    assert_eq!((again.status, &again.body["refresh_token"]), (200, &first.body["refresh_token"]));
}

#[tokio::test]
async fn a_ticket_whose_minter_signed_out_shows_nothing() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let tokens = app.sign_in(alice).await;
    let ticket = app.mint(&tokens.access, json!({ "user_id": alice.to_string() })).await;
    assert_eq!(peek(&app, &ticket).await.status, 200);
    assert_eq!(app.post("/auth/logout", &tokens.access, json!({})).await.status, 200);
    assert_eq!(peek(&app, &ticket).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "minter_signed_out");
}

#[tokio::test]
async fn peeks_are_charged_to_the_ticket_and_never_keep_it_from_signing_in() {
    let mut setup = Setup::default();
    setup.policy.quotas.ticket.requests = 3;
    let app = TestApp::with(setup).await;
    let ticket = app.ticket(app.admin).await;
    for _ in 0..3 {
        assert_eq!(peek(&app, &ticket).await.status, 200);
    }
    let throttled = peek(&app, &ticket).await;
    assert_eq!(throttled.refusal(), (429, 40000006));
    assert!(throttled.header("ratelimit").contains("\"ticket\""), "{}", throttled.header("ratelimit"));
    assert_eq!(app.audit("ticket.peeked").len(), 3);
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peeks_among_redemptions_take_nothing_from_them() {
    let app = TestApp::start().await;
    let ticket = app.ticket(app.admin).await;
    let answers = storm(64, |i| {
        let path = if i % 2 == 0 { PEEK } else { "/auth/ticket/signin" };
        app.request("POST", path).json(json!({ "ticket": ticket })).send()
    })
    .await;
    assert!(answers.iter().all(|a| a.status == 200 || a.refusal() == REFUSED));
    let signed_in = answers.iter().filter(|a| a.body["access_token"].is_string()).count();
    assert_eq!((signed_in, app.query::<i64>("SELECT count(*) FROM sessions")), (1, 1));
}
