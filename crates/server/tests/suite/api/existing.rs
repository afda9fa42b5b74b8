//! `existing`: what becomes of the tickets that the user has already.

use authms_core::access::{Permission, Role};
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, storm};
use serde_json::{Value, json};

const MINT: &[Permission] = &[Permission::TicketMint];

async fn mint(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.post("/api/v1/auth/generate-ticket", bearer, body).await
}

async fn start() -> (TestApp, String, String) {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(MINT, Role::Member).await;
    (app, alice, key)
}

fn count(app: &TestApp, state: &str) -> i64 {
    app.query(&format!("SELECT count(*) FROM tickets WHERE state = '{state}'"))
}

#[tokio::test]
async fn existing_is_keep_replace_or_max_1_to_100() {
    let (app, alice, key) = start().await;
    for odd in
        ["", "Keep", "max", "max:", "max:0", "max:101", "max:-1", "max:+1", "max:01", "max:1 ", "max:1.5"]
    {
        let answer = mint(&app, &key, json!({ "user_id": alice, "existing": odd })).await;
        assert_eq!(answer.refusal(), (400, 40000001), "{odd:?}");
        assert_eq!(answer.body["member"], "existing", "{odd:?}");
    }
    for odd in [json!(1), json!(["keep"]), json!({ "max": 1 })] {
        assert_eq!(mint(&app, &key, json!({ "user_id": alice, "existing": odd })).await.status, 400, "{odd}");
    }
    assert_eq!(count(&app, "issued"), 0);
    for good in [json!("keep"), Value::Null, json!("max:100"), json!("max:4"), json!("replace")] {
        assert_eq!(
            mint(&app, &key, json!({ "user_id": alice, "existing": good })).await.status,
            200,
            "{good}"
        );
    }
}

#[tokio::test]
async fn by_default_earlier_tickets_are_kept() {
    let (app, alice, key) = start().await;
    let first = app.mint(&key, json!({ "user_id": alice })).await;
    let second = app.mint(&key, json!({ "user_id": alice, "existing": "keep" })).await;
    assert_eq!((app.redeem(&first).await.status, app.redeem(&second).await.status), (200, 200));
}

#[tokio::test]
async fn replace_revokes_the_minters_issued_tickets_for_this_user_and_client() {
    let (app, alice, key) = start().await;
    let bob = app.user("bob", Role::Member).await.to_string();
    let (client, _) = app.client("shop", &[Purpose::Sso]).await;
    let spent = app.mint(&key, json!({ "user_id": alice })).await;
    assert_eq!(app.redeem(&spent).await.status, 200);
    let old = app.mint(&key, json!({ "user_id": alice })).await;
    let bound = app.mint(&key, json!({ "user_id": alice, "client_id": client })).await;
    let bobs = app.mint(&key, json!({ "user_id": bob })).await;

    let new = app.mint(&key, json!({ "user_id": alice, "existing": "replace" })).await;
    assert_eq!(app.redeem(&old).await.refusal(), (400, 40000401));
    let why: String = app.query("SELECT revoked_why FROM tickets WHERE state = 'revoked'");
    assert_eq!((count(&app, "revoked"), why.as_str()), (1, "replaced"));
    assert_eq!(app.audit("ticket.minted").last().map(|row| row["existing"].clone()), Some(json!("replace")));
    assert_eq!((app.redeem(&new).await.status, app.redeem(&bobs).await.status), (200, 200));
    assert_eq!(app.redeem(&bound).await.status, 400, "its client does not authenticate");
    let body = json!({ "user_id": alice, "client_id": client, "existing": "replace" });
    assert_eq!(mint(&app, &key, body).await.status, 200);
    assert_eq!(count(&app, "revoked"), 2, "bound to a client, they are a group of their own");
}

#[tokio::test]
async fn nobody_replaces_what_another_minted() {
    let (app, alice, key) = start().await;
    let another = app.api_key(MINT, Role::Admin).await;
    let (_, helper) = app.home().signed_in("helper", Role::Support).await;
    let (_, colleague) = app.home().signed_in("colleague", Role::Support).await;
    app.proves(&helper);
    app.proves(&colleague);
    let systems = app.mint(&key, json!({ "user_id": alice })).await;
    let consoles = app.ticket(authms_core::id::UserId::parse(&alice).expect("an id")).await;
    let ask = json!({ "user_id": alice, "reason": "ticket 7", "existing": "replace" });
    let helpers = app.mint(&helper, ask.clone()).await;
    app.mint(&colleague, ask.clone()).await;
    app.mint(&another, json!({ "user_id": alice, "existing": "replace" })).await;
    assert_eq!(count(&app, "revoked"), 0);
    app.mint(&helper, ask).await;
    assert_eq!(app.redeem(&helpers).await.status, 400, "the helper's own");
    assert_eq!(count(&app, "revoked"), 1);
    assert_eq!((app.redeem(&systems).await.status, app.redeem(&consoles).await.status), (200, 200));
}

#[tokio::test]
async fn max_n_refuses_one_more_and_changes_nothing() {
    let (app, alice, key) = start().await;
    let (client, _) = app.client("shop", &[Purpose::Sso]).await;
    let another = app.api_key(MINT, Role::Member).await;
    let two = json!({ "user_id": alice, "existing": "max:2" });
    let first = app.mint(&key, two.clone()).await;
    app.mint(&another, two.clone()).await;
    let rows: i64 = app.query("SELECT count(*) FROM audit_log");
    for bearer in [&key, &another] {
        assert_eq!(mint(&app, bearer, two.clone()).await.refusal(), (409, 40000411), "whoever minted them");
    }
    assert_eq!(app.query::<i64>("SELECT count(*) FROM audit_log"), rows);
    assert_eq!((count(&app, "issued"), count(&app, "revoked")), (2, 0));

    let bound = json!({ "user_id": alice, "client_id": client, "existing": "max:2" });
    assert_eq!(mint(&app, &key, bound).await.status, 200, "another client's do not count");
    assert_eq!(app.redeem(&first).await.status, 200);
    assert_eq!(mint(&app, &key, two.clone()).await.status, 200, "a spent one does not count");
    assert_eq!(mint(&app, &key, two.clone()).await.status, 409);
    app.clock.advance(Span::seconds(300));
    assert_eq!(mint(&app, &key, two).await.status, 200, "expired ones do not count");
}

#[tokio::test]
async fn acting_for_somebody_does_not_use_up_their_tickets() {
    let (app, alice, key) = start().await;
    let (_, helper) = app.home().signed_in("helper", Role::Support).await;
    app.proves(&helper);
    for _ in 0..3 {
        app.mint(&helper, json!({ "user_id": alice, "reason": "ticket 7" })).await;
    }
    assert_eq!(mint(&app, &key, json!({ "user_id": alice, "existing": "max:1" })).await.status, 200);
    let ask = json!({ "user_id": alice, "reason": "ticket 7", "existing": "max:3" });
    assert_eq!(mint(&app, &helper, ask).await.refusal(), (409, 40000411));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn max_n_raced_by_64_minters_makes_exactly_n() {
    let (app, alice, _) = start().await;
    let mut keys = Vec::new();
    for _ in 0..64 {
        keys.push(app.api_key(MINT, Role::Member).await);
    }
    let body = json!({ "user_id": alice, "existing": "max:5" });
    let answers = storm(64, |i| {
        app.request("POST", "/auth/generate-ticket").bearer(&keys[i]).json(body.clone()).send()
    });
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 5);
    assert_eq!(answers.iter().filter(|a| a.refusal() == (409, 40000411)).count(), 59);
    assert_eq!(count(&app, "issued"), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replace_raced_by_64_mints_leaves_one() {
    let (app, alice, key) = start().await;
    let body = json!({ "user_id": alice, "existing": "replace" });
    let answers =
        storm(64, |_| app.request("POST", "/auth/generate-ticket").bearer(&key).json(body.clone()).send())
            .await;
    assert!(answers.iter().all(|a| a.status == 200));
    assert_eq!((count(&app, "issued"), count(&app, "revoked")), (1, 63));
}

#[tokio::test]
async fn a_repeat_is_told_of_the_first_ticket_whatever_existing_says() {
    let (app, alice, key) = start().await;
    for existing in ["replace", "max:1"] {
        let body = json!({ "user_id": alice, "existing": existing, "idempotency_key": existing });
        app.mint(&key, json!({ "user_id": alice, "existing": "replace" })).await;
        app.clock.advance(Span::seconds(300));
        let first = mint(&app, &key, body.clone()).await;
        let issued = count(&app, "issued");
        for _ in 0..2 {
            let again = mint(&app, &key, body.clone()).await;
            assert_eq!(again.refusal(), (409, 40000406), "{existing}");
            assert_eq!(again.body["ticket_id"], first.body["id"]);
        }
        assert_eq!(count(&app, "issued"), issued, "a repeat revokes nothing");
        assert_eq!(app.redeem(first.body["ticket"].as_str().expect("a ticket")).await.status, 200);
    }
    let full = json!({ "user_id": alice, "existing": "max:1", "idempotency_key": "full" });
    app.mint(&key, json!({ "user_id": alice })).await;
    assert_eq!(mint(&app, &key, full.clone()).await.refusal(), (409, 40000411));
    app.clock.advance(Span::seconds(300));
    assert_eq!(mint(&app, &key, full).await.status, 200, "a refused request does not use up its key");
}

#[tokio::test]
async fn a_repeat_answers_409_whatever_has_happened_since() {
    let (app, alice, key) = start().await;
    let (client, _) = app.client("shop", &[Purpose::Sso]).await;
    let admin = app.sign_in(app.admin).await.access;
    let body = json!({ "user_id": alice, "client_id": client, "idempotency_key": "once" });
    let first = mint(&app, &key, body.clone()).await;
    let repeated = async || {
        let again = mint(&app, &key, body.clone()).await;
        assert_eq!(again.refusal(), (409, 40000406));
        assert_eq!(again.body["ticket_id"], first.body["id"]);
    };
    let other = |member: &str, value: Value| {
        let mut other = body.clone();
        other[member] = value;
        other
    };
    assert_eq!(app.delete(&format!("/admin/oauth/clients/{client}"), &admin).await.status, 204);
    repeated().await;
    let disable = json!({ "status": "disabled" });
    assert_eq!(app.put(&format!("/admin/users/{alice}/status"), &admin, disable).await.status, 200);
    repeated().await;
    assert_eq!(mint(&app, &key, other("idempotency_key", json!("twice"))).await.refusal(), (403, 40000302));
    assert_eq!(
        mint(&app, &key, other("ttl_seconds", json!(60))).await.refusal(),
        (403, 40000302),
        "another request"
    );
    assert_eq!(app.delete(&format!("/admin/users/{alice}"), &admin).await.status, 204);
    repeated().await;
    let another = app.api_key(MINT, Role::Member).await;
    assert_eq!(mint(&app, &another, body.clone()).await.refusal(), (404, 40000301), "not for other minters");
}
