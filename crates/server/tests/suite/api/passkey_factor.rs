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
    let begins = ["/mfa/webauthn/credentials/register", "/auth/webauthn/register/begin"];
    app.clock.advance(Span::seconds(300));
    // The first by the password, as long as there is no factor.
    for begin in begins {
        let refused = app.post(begin, &tokens.access, json!({})).await;
        assert_eq!((refused.refusal(), &refused.body["needs"]), (STEP_UP, &json!("password")), "{begin}");
        let wrong = app.post(begin, &tokens.access, json!({ "password": "another long sentence" })).await;
        assert_eq!(wrong.refusal(), (401, 40000502), "{begin}");
        let right = app.post(begin, &tokens.access, json!({ "password": PASSWORD })).await;
        assert_eq!(right.status, 200, "{}", right.body);
    }
    let passkey = app.passkey(&tokens.access, PASSWORD).await;
    // From then on by the factor: neither the password nor a ticket will do.
    let by_password = Tokens::of(app.login("ada", PASSWORD).await).access;
    let by_ticket = app.sign_in(user).await.access;
    let path = format!("/mfa/webauthn/credentials/{}", passkey.name);
    let own = format!("/auth/me/webauthn-credentials/{}", passkey.name);
    let body = json!({ "password": PASSWORD });
    for bearer in [&by_password, &by_ticket] {
        for (method, path) in [("POST", begins[0]), ("POST", begins[1]), ("DELETE", &path), ("DELETE", &own)]
        {
            let refused = app.request(method, path).bearer(bearer).json(body.clone()).send().await;
            assert_eq!((refused.refusal(), &refused.body["needs"]), (STEP_UP, &json!("factor")), "{path}");
        }
    }
    let by_passkey = app.sign_in_by_passkey(&passkey).await.access;
    assert_eq!(app.post(begins[0], &by_passkey, json!({})).await.status, 200);
    app.clock.advance(Span::seconds(300));
    assert_eq!(app.post(begins[0], &by_passkey, json!({})).await.refusal(), STEP_UP, "five minutes ago");
    let removing = app.delete(&path, &by_passkey).await;
    assert_eq!((removing.refusal(), app.count("SELECT count(*) FROM passkeys")), (STEP_UP, 1));
    // A token of another factor counts in its own session.
    let phone = app.home().authenticator(user).await;
    let code = json!({ "method": "totp", "code": phone.code(&app) });
    let token = app.post("/mfa/step-up", &by_ticket, code).await.body["data"]["step_up_token"].clone();
    let token = token.as_str().expect("a token");
    for (bearer, expected) in [(&by_passkey, 401), (&by_ticket, 204)] {
        let remove = app.request("DELETE", &path).bearer(bearer).header("x-step-up-token", token);
        assert_eq!(remove.send().await.status, expected);
    }
    let told = |event: &str| app.audit(event).iter().filter(|body| body["kind"] == "passkey").count();
    assert_eq!((told("factor.enrolled"), told("factor.removed")), (1, 1));
}

#[tokio::test]
async fn s28_registering_and_removing_end_other_sessions_if_asked() {
    let app = TestApp::start().await;
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let session = async || Tokens::of(app.login("ada", PASSWORD).await).access;
    let (other, own) = (session().await, session().await);
    let options = app.creation_options(&own, PASSWORD).await;
    let mut passkey = SoftPasskey::new(Algorithm::Es256, ISSUER);
    let mut made = passkey.create(&options);
    made["end_other_sessions"] = json!(true);
    let answer = app.post("/mfa/webauthn/credentials/register/verify", &own, made).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((app.me(&other).await.status, app.me(&own).await.status), (401, 200));
    let (other, own) = (session().await, app.sign_in_by_passkey(&passkey).await.access);
    let path = format!("/mfa/webauthn/credentials/{}", answer.body["data"]["id"].as_str().expect("an id"));
    let body = json!({ "end_other_sessions": true });
    assert_eq!(app.request("DELETE", &path).bearer(&own).json(body).send().await.status, 204);
    assert_eq!((app.me(&other).await.status, app.me(&own).await.status), (401, 200));
}

#[tokio::test]
async fn a_passkey_goes_wholly_and_takes_the_recovery_codes_with_it() {
    let app = TestApp::start().await;
    let (_, mut passkey) = somebody(&app).await;
    let bearer = app.sign_in_by_passkey(&passkey).await.access;
    let codes = app.post("/mfa/backup-codes/generate", &bearer, json!({})).await;
    assert_eq!(codes.status, 200, "{}", codes.body);
    let path = format!("/mfa/webauthn/credentials/{}", passkey.name);
    for path in [path.as_str(), "/mfa/methods/passkey"] {
        let kept = app.delete(path, &bearer).await;
        assert_eq!(kept.refusal(), (409, 40001505), "the tenant asks for a factor, and it is the last");
    }
    app.home().asks_for(MfaPolicy::default()).await;
    assert_eq!(app.delete("/mfa/methods/passkey", &bearer).await.status, 200);
    for table in ["factors", "passkeys", "recovery_codes"] {
        assert_eq!(app.count(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    let signed = passkey.get(&app.request_options(json!({})).await);
    assert_eq!(app.sign_in_with(signed).await.refusal(), (400, 40001401));
    // What is gone may be registered again.
    let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
    app.register_passkey(&mut passkey, &bearer, PASSWORD).await;
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
    let tokens = app.sign_in_by_passkey(&passkey).await;
    let again = app.creation_options(&tokens.access, PASSWORD).await;
    assert_eq!(again["excludeCredentials"][0]["id"], answer.body["data"]["credential_id"]);
    assert_eq!(again["user"]["id"], options["user"]["id"]);

    let renamed = app.put(&path, &tokens.access, json!({ "name": "In the safe" })).await;
    assert_eq!((renamed.status, &renamed.body["data"]["name"]), (200, &json!("In the safe")));
    let listed = app.get("/mfa/webauthn/credentials", &tokens.access).await;
    assert_eq!((&listed.body["total"], &listed.body["items"][0]["name"]), (&json!(1), &json!("In the safe")));
    assert!(listed.body["items"][0]["last_used_at"].is_string(), "it signed in");

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
    let (mut passkeys, mut made) = (Vec::new(), Vec::new());
    for _ in 0..24 {
        let options = app.creation_options(&tokens.access, PASSWORD).await;
        let mut passkey = SoftPasskey::new(Algorithm::Es256, ISSUER);
        made.push(passkey.create(&options));
        passkeys.push(passkey);
    }
    let finish = "/mfa/webauthn/credentials/register/verify";
    let send = |n: usize| app.request("POST", finish).bearer(&tokens.access).json(made[n].clone()).send();
    let answers = storm(24, send).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 20);
    assert_eq!(answers.iter().filter(|a| a.refusal() == (409, 40001405)).count(), 4);
    let registered = answers.iter().position(|a| a.status == 200).expect("twenty of them");
    let bearer = app.sign_in_by_passkey(&passkeys[registered]).await.access;
    let begin = app.post("/mfa/webauthn/credentials/register", &bearer, json!({})).await;
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
