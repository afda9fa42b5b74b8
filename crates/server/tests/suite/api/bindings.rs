//! Tickets for one client, one verifier, one tenant: whoever else holds them does not sign in.

use authms_core::access::{Permission, Role};
use authms_core::ticket::Purpose;
use authms_crypto::{OpaqueToken, Secret};
use authms_testkit::{Answer, TestApp, Tokens, storm};
use serde_json::{Value, json};

const REFUSED: (u16, u64) = (400, 40000401);
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A ticket for a member, with what `more` adds to the request.
async fn mint(app: &TestApp, more: Value) -> String {
    let user = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let mut body = json!({ "user_id": user.to_string() });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    app.mint(&key, body).await
}

async fn by_basic(app: &TestApp, ticket: &str, (id, secret): &(String, String)) -> Answer {
    app.signin(json!({ "ticket": ticket })).basic(id, secret).send().await
}

async fn by_body(app: &TestApp, ticket: &str, (id, secret): &(String, String)) -> Answer {
    app.signin(json!({ "ticket": ticket, "client_id": id, "client_secret": secret })).send().await
}

async fn with_verifier(app: &TestApp, ticket: &str, verifier: &str) -> Answer {
    app.signin(json!({ "ticket": ticket, "verifier": verifier })).send().await
}

#[tokio::test]
async fn s04_a_ticket_for_client_a_is_refused_to_client_b() {
    let app = TestApp::start().await;
    let (a, b) = (app.client("a", &[Purpose::Sso]).await, app.client("b", &[Purpose::Sso]).await);
    let ticket = mint(&app, json!({ "client_id": a.0 })).await;
    assert_eq!(by_basic(&app, &ticket, &b).await.refusal(), REFUSED);
    assert_eq!(by_body(&app, &ticket, &b).await.refusal(), REFUSED);
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED, "nobody in particular");
    assert_eq!(by_basic(&app, &ticket, &(a.0.clone(), b.1.clone())).await.refusal(), REFUSED, "B's secret");
    let why: Vec<_> = app.audit("ticket.refused").into_iter().map(|row| row["why"].clone()).collect();
    assert_eq!(why, ["wrong_client", "wrong_client", "wrong_client"]);

    let answer = by_basic(&app, &ticket, &a).await;
    assert_eq!(answer.status, 200, "none of that burnt it: {}", answer.body);
    let claims = Tokens::of(answer).claims();
    assert_eq!(claims["client_id"], a.0);
    assert!(claims["aud"].as_array().expect("a list").contains(&json!(a.0)), "{claims}");
}

#[tokio::test]
async fn a_client_may_authenticate_in_the_body_but_not_twice() {
    let app = TestApp::start().await;
    let a = app.client("a", &[Purpose::Sso]).await;
    let ticket = mint(&app, json!({ "client_id": a.0 })).await;
    let body = json!({ "ticket": ticket, "client_id": a.0, "client_secret": a.1 });
    let twice = app.signin(body).basic(&a.0, &a.1).send().await;
    assert_eq!(twice.refusal(), (400, 40000001));
    let id_twice = app.signin(json!({ "ticket": ticket, "client_id": a.0 })).basic(&a.0, &a.1).send().await;
    assert_eq!(id_twice.refusal(), (400, 40000001));
    let garbled = app.signin(json!({ "ticket": ticket })).header("authorization", "Basic %%%").send().await;
    assert_eq!(garbled.refusal(), (400, 40000001));
    assert_eq!(app.query::<i64>("SELECT attempts FROM tickets"), 0, "the ticket was not looked at");
    assert_eq!(by_body(&app, &ticket, &a).await.status, 200);
}

#[tokio::test]
async fn a_client_is_authenticated_before_the_ticket_is_looked_at() {
    let app = TestApp::start().await;
    let (a, b) = (app.client("a", &[Purpose::Sso]).await, app.client("b", &[Purpose::Sso]).await);
    let ticket = mint(&app, json!({ "client_id": a.0 })).await;
    for _ in 0..8 {
        assert_eq!(by_basic(&app, &ticket, &(a.0.clone(), b.1.clone())).await.refusal(), REFUSED);
    }
    assert_eq!(app.query::<i64>("SELECT attempts FROM tickets"), 0);
    let counted: i64 = app.query("SELECT sum(count) FROM refusals WHERE reason = 'client_authentication'");
    assert_eq!(counted, 8);
    assert_eq!(app.audit("ticket.refused"), Vec::<Value>::new(), "counted, not written out");
    assert_eq!(by_basic(&app, &ticket, &a).await.status, 200);
}

#[tokio::test]
async fn an_unbound_ticket_signs_in_to_the_client_that_redeems_it() {
    let app = TestApp::start().await;
    let a = app.client("a", &[Purpose::Sso]).await;
    let ticket = mint(&app, json!({})).await;
    assert_eq!(by_basic(&app, &ticket, &(a.0.clone(), "wrong".to_owned())).await.refusal(), REFUSED);
    let claims = Tokens::of(by_basic(&app, &ticket, &a).await).claims();
    assert_eq!(claims["client_id"], a.0);
}

#[tokio::test]
async fn a_client_redeems_only_the_purposes_that_it_is_permitted() {
    let app = TestApp::start().await;
    let a = app.client("a", &[Purpose::OnBehalf]).await;
    let ticket = mint(&app, json!({})).await;
    assert_eq!(by_basic(&app, &ticket, &a).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "client_purpose");
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn a_client_of_another_tenant_is_another_client() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await;
    let created = app.post("/admin/tenants", &admin.access, json!({ "name": "globex" })).await;
    assert_eq!(created.status, 201, "{}", created.body);
    let tenant = created.body["data"]["id"].as_str().and_then(authms_core::id::TenantId::parse);
    let theirs = app.within(tenant.expect("a tenant")).client("theirs").await;
    let theirs = (theirs.client.id.to_string(), theirs.secret.expose().to_owned());
    let ticket = mint(&app, json!({})).await;
    assert_eq!(by_basic(&app, &ticket, &theirs).await.refusal(), REFUSED);
    assert_eq!(app.audit("ticket.refused")[0]["why"], "wrong_client");
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn a_proof_wants_its_verifier() {
    let app = TestApp::start().await;
    let ticket = mint(&app, json!({ "proof": CHALLENGE })).await;
    assert_eq!(app.redeem(&ticket).await.refusal(), REFUSED, "none");
    assert_eq!(with_verifier(&app, &ticket, CHALLENGE).await.refusal(), REFUSED, "plain is not S256");
    assert_eq!(with_verifier(&app, &ticket, "").await.refusal(), REFUSED);
    assert_eq!(with_verifier(&app, &ticket, &VERIFIER.to_lowercase()).await.refusal(), REFUSED);
    assert_eq!(with_verifier(&app, &ticket, VERIFIER).await.status, 200, "four failures do not burn it");
}

#[tokio::test]
async fn the_tenant_of_the_header_must_be_the_tickets() {
    let app = TestApp::start().await;
    let ticket = mint(&app, json!({})).await;
    let named = |tenant: &str| app.signin(json!({ "ticket": ticket })).header("x-tenant-id", tenant).send();
    assert_eq!(named("tnt_0000000000000000000001").await.refusal(), REFUSED);
    assert_eq!(named("default").await.refusal(), REFUSED);
    assert_eq!(named("").await.refusal(), REFUSED);
    let both = app.signin(json!({ "ticket": ticket })).header("x-tenant-id", &app.tenant.to_string());
    assert_eq!(both.header("x-tenant-id", "tnt_0000000000000000000001").send().await.refusal(), REFUSED);
    assert_eq!(named(&app.tenant.to_string()).await.status, 200);
}

#[tokio::test]
async fn five_failed_bindings_kill_the_ticket() {
    let app = TestApp::start().await;
    let a = app.client("a", &[Purpose::Sso]).await;
    let ticket = mint(&app, json!({ "proof": CHALLENGE, "client_id": a.0 })).await;
    for _ in 0..3 {
        assert_eq!(by_basic(&app, &ticket, &a).await.refusal(), REFUSED);
    }
    assert_eq!(with_verifier(&app, &ticket, VERIFIER).await.refusal(), REFUSED);
    let right = || {
        let body = json!({ "ticket": ticket, "verifier": VERIFIER });
        app.signin(body).basic(&a.0, &a.1)
    };
    let elsewhere = right().header("x-tenant-id", "tnt_0000000000000000000001").send().await;
    assert_eq!(elsewhere.refusal(), REFUSED, "the fifth");
    assert_eq!(right().send().await.refusal(), REFUSED, "too late");
    let why: Vec<_> = app.audit("ticket.refused").into_iter().map(|row| row["why"].clone()).collect();
    let verifier = "wrong_verifier";
    assert_eq!(why, [verifier, verifier, verifier, "wrong_client", "wrong_tenant", "attempts_exhausted"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_failed_bindings_at_once_exactly_five_are_evaluated() {
    let app = TestApp::start().await;
    let ticket = mint(&app, json!({ "proof": CHALLENGE })).await;
    let answers = storm(64, |i| {
        let guess = format!("guess number {i}");
        app.signin(json!({ "ticket": ticket, "verifier": guess })).send()
    })
    .await;
    assert!(answers.iter().all(|a| a.refusal() == REFUSED));
    assert_eq!(app.query::<i64>("SELECT attempts FROM tickets"), 5);
    let rows = app.audit("ticket.refused");
    assert_eq!(rows.len(), 64);
    assert_eq!(rows.iter().filter(|r| r["why"] == "wrong_verifier").count(), 5);
    assert_eq!(with_verifier(&app, &ticket, VERIFIER).await.refusal(), REFUSED, "the right one, too late");
    assert_eq!(app.query::<i64>("SELECT count(*) FROM sessions"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_right_redeemer_among_wrong_ones_wins_at_most_once() {
    let app = TestApp::start().await;
    let ticket = mint(&app, json!({ "proof": CHALLENGE })).await;
    let answers = storm(64, |i| {
        let verifier = if i % 4 == 0 { VERIFIER } else { "wrong" };
        app.signin(json!({ "ticket": ticket, "verifier": verifier })).send()
    })
    .await;
    let won = answers.iter().filter(|a| a.status == 200).count();
    assert!(answers.iter().all(|a| a.status == 200 || a.refusal() == REFUSED));
    let attempts: i64 = app.query("SELECT attempts FROM tickets");
    assert!((won == 1 && attempts < 5) || (won == 0 && attempts == 5), "{won} won, {attempts} attempts");
}

#[tokio::test]
async fn a_wrong_secret_with_a_listed_id_counts_no_attempt() {
    let app = TestApp::start().await;
    let ticket = mint(&app, json!({ "proof": CHALLENGE })).await;
    let id = OpaqueToken::parse("tkt_", &ticket).expect("a ticket").id;
    for n in 0..8 {
        let forged = OpaqueToken { id, secret: Secret::new([n; 32]) }.format("tkt_");
        assert_eq!(with_verifier(&app, forged.expose(), "wrong").await.refusal(), REFUSED);
    }
    assert_eq!(app.query::<i64>("SELECT attempts FROM tickets"), 0);
    let counted: i64 = app.query("SELECT sum(count) FROM refusals WHERE reason = 'unknown_ticket'");
    assert_eq!(counted, 8, "by the minute, so that guesses cannot fill the log");
    assert_eq!(app.audit("ticket.refused").len(), 0);
    assert_eq!(with_verifier(&app, &ticket, VERIFIER).await.status, 200);
}
