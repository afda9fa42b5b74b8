//! Passkeys as second factors, and what their owner does with them.

use authms_core::access::Role;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_crypto::Algorithm;
use authms_testkit::{ISSUER, SoftPasskey, TestApp, TestRequest, Tokens, flags, storm};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const CODE_WRONG: (u16, u64) = (400, 61000402);
const CHALLENGE_OVER: (u16, u64) = (403, 61000403);
const STEP_UP: (u16, u64) = (401, 40800251);

/// Somebody with a passkey, in a tenant that always asks for a second factor.
async fn somebody(app: &TestApp) -> (Tokens, SoftPasskey) {
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let passkey = app.passkey(&tokens.access, PASSWORD).await;
    app.home().always_asks().await;
    (tokens, passkey)
}

async fn options(app: &TestApp, challenge: &str) -> Value {
    let answer = app.post("/auth/mfa/passkey-options", "", json!({ "challenge_token": challenge })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["publicKey"].clone()
}

fn prove(app: &TestApp, challenge: &str, credential: Value) -> TestRequest {
    let body = json!({ "challenge_token": challenge, "mfa_method": "passkey", "credential": credential });
    app.request("POST", "/auth/mfa/verify-challenge").json(body)
}

#[tokio::test]
async fn a_passkey_completes_the_challenge_that_its_options_were_asked_for() {
    let app = TestApp::start().await;
    let (_, mut passkey) = somebody(&app).await;
    // Somebody touched it: that is enough beside a password.
    passkey.flags = flags::UP;
    let asked = app.login("ada", PASSWORD).await;
    assert_eq!(asked.body["required_mfa_methods"], json!(["passkey"]));
    let challenge = TestApp::challenge_of(&asked);
    let options = options(&app, &challenge).await;
    assert_eq!(options["userVerification"], "preferred");
    let credential = passkey.get(&options);
    assert_eq!(options["allowCredentials"][0]["id"], credential["id"]);
    let done = prove(&app, &challenge, credential.clone()).send().await;
    assert_eq!(done.status, 200, "{}", done.body);
    let tokens = Tokens::of(done);
    assert_eq!(tokens.claims()["amr"], json!(["pwd", "hwk", "mfa"]));
    assert_eq!(app.me(&tokens.access).await.status, 200);
    assert_eq!(prove(&app, &challenge, credential).send().await.refusal(), CHALLENGE_OVER, "once");
}

#[tokio::test]
async fn s08_an_assertion_completes_no_challenge_but_its_own() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let other = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let mine = passkey.get(&options(&app, &challenge).await);
    assert_eq!(prove(&app, &other, mine.clone()).send().await.refusal(), CODE_WRONG);
    // One for signing in is none for a challenge, and the other way round.
    app.clock.advance(Span::seconds(1));
    let by_itself = passkey.get(&app.request_options(json!({})).await);
    assert_eq!(prove(&app, &other, by_itself).send().await.refusal(), CODE_WRONG);
    assert_eq!(app.sign_in_with(mine.clone()).await.refusal(), (400, 40001401));
    assert_eq!(app.count("SELECT failures FROM factors"), 0, "that was not the passkey's failing");
    // Neither a code nor nothing stands for a passkey.
    app.clock.advance(Span::seconds(2));
    let body = json!({ "challenge_token": other, "mfa_method": "passkey", "code": "123456" });
    assert_eq!(app.post("/auth/mfa/verify-challenge", "", body).await.refusal(), CODE_WRONG);
    let body = json!({ "challenge_token": other, "mfa_method": "passkey" });
    assert_eq!(app.post("/auth/mfa/verify-challenge", "", body).await.refusal(), (400, 40000001));
    assert_eq!(prove(&app, &challenge, mine).send().await.status, 200);
}

#[tokio::test]
async fn s19_wrong_assertions_count_against_the_passkey_and_switch_it_off() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    for _ in 0..100 {
        let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
        let mut wrong = passkey.get(&options(&app, &challenge).await);
        wrong["response"]["signature"] = json!("AAAA");
        assert_eq!(prove(&app, &challenge, wrong).send().await.refusal(), CODE_WRONG);
    }
    assert_eq!(app.count("SELECT failures FROM factors"), 100);
    assert_eq!(app.login("ada", PASSWORD).await.status, 401, "no factor is left");
    let alone = app.sign_in_with(passkey.get(&app.request_options(json!({})).await)).await;
    assert_eq!(alone.refusal(), (400, 40001401), "nor does it sign in by itself");
}

#[tokio::test]
async fn p01_an_assertion_sent_64_times_at_once_completes_its_challenge_once() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let before = app.count("SELECT count(*) FROM sessions");
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let credential = passkey.get(&options(&app, &challenge).await);
    let answers = storm(64, |_| prove(&app, &challenge, credential.clone()).send()).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(app.count("SELECT count(*) FROM sessions"), before + 1);
}

#[tokio::test]
async fn s32_a_counter_that_falls_at_a_challenge_alarms() {
    let app = TestApp::start().await;
    let (_, mut passkey) = somebody(&app).await;
    for (counter, expected) in [(9, 200), (9, 400)] {
        passkey.counter = counter;
        let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
        let credential = passkey.get(&options(&app, &challenge).await);
        assert_eq!(prove(&app, &challenge, credential).send().await.status, expected);
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'passkey.copied'"), 1);
    let copied = "SELECT count(*) FROM risk_events WHERE score = 100 AND type = 'credential_leaked'";
    assert_eq!(app.count(copied), 1);
}

#[tokio::test]
async fn options_are_only_for_the_holder_of_an_open_challenge_that_a_passkey_satisfies() {
    let app = TestApp::start().await;
    let (tokens, _) = somebody(&app).await;
    let ask = async |token: &str| {
        let body = json!({ "challenge_token": token });
        app.post("/auth/mfa/passkey-options", "", body).await.refusal()
    };
    assert_eq!(ask("nonsense").await, CHALLENGE_OVER);
    assert_eq!(ask(&tokens.access).await, CHALLENGE_OVER);
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    app.clock.advance(Span::seconds(400));
    assert_eq!(ask(&challenge).await, CHALLENGE_OVER);
    // Somebody else's authenticator app is asked for: no passkey.
    let home = app.home();
    let grace = home.user_with_password("grace", Role::Member, PASSWORD).await;
    home.authenticator(grace).await;
    let challenge = TestApp::challenge_of(&app.login("grace", PASSWORD).await);
    assert_eq!(ask(&challenge).await, (400, 61000404));
}

#[tokio::test]
async fn s28_registering_and_removing_ask_who_it_is() {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let begin = "/mfa/webauthn/credentials/register";
    let by_ticket = app.sign_in(user).await.access;
    assert_eq!(app.post(begin, &by_ticket, json!({})).await.refusal(), STEP_UP, "a ticket proves nobody");
    let wrong = app.post(begin, &by_ticket, json!({ "password": "another long sentence" })).await;
    assert_eq!(wrong.refusal(), (401, 40000502));
    assert_eq!(app.post(begin, &tokens.access, json!({})).await.status, 200, "signed in just now");
    let passkey = app.passkey(&by_ticket, PASSWORD).await;
    app.clock.advance(Span::seconds(300));
    assert_eq!(app.post(begin, &tokens.access, json!({})).await.refusal(), STEP_UP, "five minutes ago");
    let path = format!("/mfa/webauthn/credentials/{}", passkey.name);
    assert_eq!(app.delete(&path, &tokens.access).await.refusal(), STEP_UP);
    assert_eq!(app.count("SELECT count(*) FROM passkeys"), 1);
    let body = json!({ "password": PASSWORD });
    let removed = app.request("DELETE", &path).bearer(&tokens.access).json(body).send().await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    for event in ["passkey.registered", "passkey.removed"] {
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM audit_log WHERE name = '{event}'")),
            1,
            "{event}"
        );
    }
}

#[tokio::test]
async fn passkeys_are_listed_named_and_removed_by_their_owner_alone() {
    let app = TestApp::start().await;
    let home = app.home();
    home.user_with_password("ada", Role::Member, PASSWORD).await;
    home.user_with_password("grace", Role::SuperAdmin, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let rival = Tokens::of(app.login("grace", PASSWORD).await);
    let options = app
        .post("/auth/webauthn/register/begin", &tokens.access, json!({ "display_name": "YubiKey 5C" }))
        .await
        .body["data"]["publicKey"]
        .clone();
    assert_eq!((&options["user"]["name"], &options["attestation"]), (&json!("ada"), &json!("none")));
    assert_eq!(options["user"]["id"].as_str().map(str::len), Some(43), "random, and nobody's identifier");
    let mut passkey = SoftPasskey::new(Algorithm::Es256, ISSUER);
    let made = json!({ "credential": passkey.create(&options) });
    let answer = app.post("/auth/webauthn/register/complete", &tokens.access, made).await;
    assert_eq!((answer.status, &answer.body["data"]["name"]), (200, &json!("YubiKey 5C")), "{}", answer.body);
    let path = format!("/mfa/webauthn/credentials/{}", answer.body["data"]["id"].as_str().expect("an id"));
    // The next one is told of it, and of the same user.
    let again = app.creation_options(&tokens.access, PASSWORD).await;
    assert_eq!(again["excludeCredentials"][0]["id"], answer.body["data"]["credential_id"]);
    assert_eq!(again["user"]["id"], options["user"]["id"]);

    let renamed = app.put(&path, &tokens.access, json!({ "name": "In the safe" })).await;
    assert_eq!((renamed.status, &renamed.body["data"]["name"]), (200, &json!("In the safe")));
    let listed = app.get("/mfa/webauthn/credentials", &tokens.access).await;
    assert_eq!((&listed.body["total"], &listed.body["items"][0]["name"]), (&json!(1), &json!("In the safe")));
    assert!(listed.body["items"][0].get("last_used_at").is_none());

    for (method, body) in [("GET", Value::Null), ("PUT", json!({ "name": "mine" })), ("DELETE", json!({}))] {
        let request = app.request(method, &path).bearer(&rival.access);
        let request = if body.is_null() { request } else { request.json(body) };
        assert_eq!(request.send().await.refusal(), (404, 40001502), "{method}");
    }
    assert_eq!(app.get("/mfa/webauthn/credentials", &rival.access).await.body["total"], 0);
    assert_eq!(app.delete(&path, &tokens.access).await.status, 204);
    assert_eq!(app.get(&path, &tokens.access).await.refusal(), (404, 40001502));
}

#[tokio::test]
async fn twenty_passkeys_are_enough_also_at_once() {
    let app = TestApp::start().await;
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let mut made = Vec::new();
    for _ in 0..24 {
        let options = app.creation_options(&tokens.access, PASSWORD).await;
        made.push(SoftPasskey::new(Algorithm::Es256, ISSUER).create(&options));
    }
    let finish = "/mfa/webauthn/credentials/register/verify";
    let send = |n: usize| app.request("POST", finish).bearer(&tokens.access).json(made[n].clone()).send();
    let answers = storm(24, send).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 20);
    assert_eq!(answers.iter().filter(|a| a.refusal() == (409, 40001405)).count(), 4);
    let begin = app.post("/mfa/webauthn/credentials/register", &tokens.access, json!({})).await;
    assert_eq!(begin.refusal(), (409, 40001405));
}

#[tokio::test]
async fn a_policy_that_wants_no_phishable_factor_is_satisfied_by_a_passkey() {
    use authms_core::factor::{FactorKind, FactorKinds};
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let only = FactorKinds::of(&[FactorKind::Passkey]);
    app.home().asks_for(MfaPolicy { always: true, low: only, ..MfaPolicy::default() }).await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let credential = passkey.get(&options(&app, &challenge).await);
    assert_eq!(prove(&app, &challenge, credential).send().await.status, 200);
}
