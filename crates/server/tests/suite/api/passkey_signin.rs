//! Signing in by a passkey, and what its owner can do with it.

use authms_core::access::Role;
use authms_core::factor::FAILURES_ALLOWED;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_crypto::Algorithm;
use authms_testkit::{Answer, ISSUER, Setup, SoftPasskey, TestApp, Tokens, flags, storm};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

/// Somebody with a password and a passkey, who signed in by the latter just now.
async fn somebody(app: &TestApp) -> (Tokens, SoftPasskey) {
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let passkey = app.passkey(&tokens.access, PASSWORD).await;
    (app.sign_in_by_passkey(&passkey).await, passkey)
}

fn signed_in(answer: Answer) -> Tokens {
    assert_eq!(answer.status, 200, "{}", answer.body);
    Tokens::of(Answer { body: answer.body["data"].clone(), ..answer })
}

#[tokio::test]
async fn a_passkey_of_every_algorithm_signs_its_user_in_without_a_name() {
    let app = TestApp::start().await;
    let (tokens, _) = somebody(&app).await;
    for algorithm in Algorithm::ALL {
        let mut passkey = SoftPasskey::new(algorithm, ISSUER);
        app.register_passkey(&mut passkey, &tokens.access, PASSWORD).await;
        let options = app.request_options(json!({})).await;
        assert_eq!(options["allowCredentials"], json!([]));
        assert_eq!(
            (&options["rpId"], &options["userVerification"]),
            (&json!("id.example.test"), &json!("required"))
        );
        let session = signed_in(app.sign_in_with(passkey.get(&options)).await);
        assert_eq!(session.claims()["sub"], tokens.claims()["sub"], "{algorithm}");
        assert_eq!(session.claims()["amr"], json!(["hwk", "user", "mfa"]));
        assert_eq!(app.me(&session.access).await.status, 200);
        assert_eq!(app.refresh(&session.refresh).await.status, 200);
    }
}

#[tokio::test]
async fn with_a_name_the_users_passkeys_are_among_those_that_are_listed() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let options = app.request_options(json!({ "email": "ada" })).await;
    let listed = options["allowCredentials"].as_array().expect("a list").clone();
    let own = passkey.get(&options);
    assert!(listed.iter().any(|c| c["id"] == own["id"] && c["type"] == "public-key"), "{listed:?}");
    // Who was named need not be named by the authenticator.
    let mut own = own;
    own["response"]["userHandle"] = Value::Null;
    signed_in(app.sign_in_with(own).await);
    let flat = passkey.get(&app.request_options(json!({ "email": "ada" })).await);
    let answer = app.post("/auth/webauthn/login/complete", "", flat).await;
    signed_in(answer);
}

#[tokio::test]
async fn s18_passkey_options_of_known_and_unknown_users_look_alike() {
    let app = TestApp::start().await;
    let (tokens, _) = somebody(&app).await;
    app.home().user_with_password("without", Role::Member, PASSWORD).await;
    let shape = |options: &Value| {
        let listed = options["allowCredentials"].as_array().expect("a list");
        assert!(
            listed.iter().all(|c| c.as_object().expect("an object").len() == 2),
            "no transports: {listed:?}"
        );
        let lengths = listed.iter().all(|c| (22..=86).contains(&c["id"].as_str().expect("an id").len()));
        let members: Vec<_> = options.as_object().expect("an object").keys().cloned().collect();
        (listed.len(), lengths, members, options["challenge"].as_str().expect("a challenge").len())
    };
    let mut shapes = Vec::new();
    for name in ["ada", "without", "nobody", "nobody@example.test", "not a name at all \u{1f980}"] {
        let ask = json!({ "email": name });
        let before = app.faults.counts();
        let options = app.request_options(ask.clone()).await;
        let after = app.faults.counts();
        shapes.push((shape(&options), after.reads - before.reads, after.commits - before.commits));
        let again = app.request_options(ask).await;
        assert_eq!(options["allowCredentials"], again["allowCredentials"], "{name}: always the same");
        assert_ne!(options["challenge"], again["challenge"]);
    }
    assert!(shapes.windows(2).all(|w| w[0] == w[1]), "{shapes:?}");
    // More passkeys than are ever made up are all listed.
    for _ in 0..4 {
        app.passkey(&tokens.access, PASSWORD).await;
    }
    let options = app.request_options(json!({ "email": "ada" })).await;
    assert_eq!(options["allowCredentials"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn s31_a_challenge_has_256_bits_and_answers_once() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let options = app.request_options(json!({})).await;
    assert_eq!(options["challenge"].as_str().map(str::len), Some(43));
    let answer = passkey.get(&options);
    signed_in(app.sign_in_with(answer.clone()).await);
    assert_eq!(app.sign_in_with(answer).await.refusal(), (400, 40001401));
    // One that failed is used up, too.
    let options = app.request_options(json!({})).await;
    let mut wrong = passkey.get(&options);
    wrong["response"]["signature"] = json!("AAAA");
    assert_eq!(app.sign_in_with(wrong).await.refusal(), (400, 40001401));
    assert_eq!(app.sign_in_with(passkey.get(&options)).await.refusal(), (400, 40001401));
    // After five minutes it is none.
    let options = app.request_options(json!({})).await;
    app.clock.advance(Span::seconds(301));
    assert_eq!(app.sign_in_with(passkey.get(&options)).await.refusal(), (400, 40001401));
    app.store().sweep().await.expect("sweeps");
    assert_eq!(app.count("SELECT count(*) FROM passkey_ceremonies"), 0);
}

#[tokio::test]
async fn s31_a_challenge_that_the_client_brings_is_none() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let mut options = app.request_options(json!({})).await;
    options["challenge"] = json!("A".repeat(43));
    assert_eq!(app.sign_in_with(passkey.get(&options)).await.refusal(), (400, 40001401));
}

#[tokio::test]
async fn p01_an_assertion_sent_64_times_at_once_signs_in_once() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    let sessions = app.count("SELECT count(*) FROM sessions");
    let answer = passkey.get(&app.request_options(json!({})).await);
    let body = json!({ "credential": answer });
    let send = |_| app.request("POST", "/auth/webauthn/authenticate/complete").json(body.clone()).send();
    let answers = storm(64, send).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert!(answers.iter().all(|a| a.status == 200 || a.refusal() == (400, 40001401)));
    assert_eq!(app.count("SELECT count(*) FROM sessions"), sessions + 1);
}

#[tokio::test]
async fn s32_a_counter_that_falls_is_refused_and_alarms() {
    let app = TestApp::start().await;
    let (_, mut passkey) = somebody(&app).await;
    let mut try_at = async |counter: u32| {
        passkey.counter = counter;
        app.sign_in_with(passkey.get(&app.request_options(json!({})).await)).await.status
    };
    assert_eq!(try_at(0).await, 200, "it does not count yet");
    assert_eq!(try_at(7).await, 200);
    for fallen in [7, 6, 1, 0] {
        assert_eq!(try_at(fallen).await, 400, "{fallen}");
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'passkey.copied'"), 4);
    let copied = "SELECT count(*) FROM risk_events WHERE score = 100 AND type = 'credential_leaked'";
    assert_eq!(app.count(copied), 4);
    assert_eq!(app.count("SELECT counter FROM passkeys"), 7, "nothing changed");
    assert_eq!(try_at(u32::MAX).await, 200, "the true one goes on");
}

#[tokio::test]
async fn what_is_refused_is_told_to_the_log_and_counts_against_nobody() {
    let app = TestApp::start().await;
    let (_, passkey) = somebody(&app).await;
    // Whoever knows the identifier, which is no secret, switches nothing off.
    for _ in 0..=FAILURES_ALLOWED {
        let mut wrong = passkey.get(&app.request_options(json!({})).await);
        wrong["response"]["signature"] = json!("AAAA");
        assert_eq!(app.sign_in_with(wrong).await.refusal(), (400, 40001401));
    }
    assert_eq!(app.count("SELECT failures FROM factors"), 0);
    signed_in(app.sign_in_with(passkey.get(&app.request_options(json!({})).await)).await);
    let failed = app.audit("login.failed");
    let wrong = failed.iter().filter(|body| body["why"] == "signature").count();
    assert_eq!(wrong, FAILURES_ALLOWED as usize + 1);
}

#[tokio::test]
async fn a_copied_key_is_softwares_and_one_without_a_verified_user_is_one_factor() {
    let mut setup = Setup::default();
    setup.policy.passkey_user_verification = false;
    let app = TestApp::with(setup).await;
    let (tokens, _) = somebody(&app).await;
    let mut synced = SoftPasskey::new(Algorithm::Es256, ISSUER);
    synced.flags = flags::UP | flags::BE | flags::BS;
    app.register_passkey(&mut synced, &tokens.access, PASSWORD).await;
    let options = app.request_options(json!({})).await;
    assert_eq!(options["userVerification"], "preferred");
    let session = signed_in(app.sign_in_with(synced.get(&options)).await);
    assert_eq!(session.claims()["amr"], json!(["swk", "user"]));
    // Where two factors are asked for it is one of them, and not the other one as well.
    app.home().asks_for(MfaPolicy { always: true, ..MfaPolicy::default() }).await;
    let one = app.sign_in_with(synced.get(&app.request_options(json!({})).await)).await;
    assert_eq!(one.refusal(), (400, 40001401), "no other factor");
    synced.flags |= flags::UV;
    let session = signed_in(app.sign_in_with(synced.get(&app.request_options(json!({})).await)).await);
    assert_eq!(session.claims()["amr"], json!(["swk", "user", "mfa"]));
}

#[tokio::test]
async fn s35_whoever_is_disabled_or_has_removed_the_passkey_is_not_signed_in() {
    let app = TestApp::start().await;
    let (tokens, passkey) = somebody(&app).await;
    let spare = app.passkey(&tokens.access, PASSWORD).await;
    let answer = passkey.get(&app.request_options(json!({})).await);
    let path = format!("/mfa/webauthn/credentials/{}", passkey.name);
    assert_eq!(app.delete(&path, &tokens.access).await.status, 204);
    assert_eq!(app.sign_in_with(answer).await.refusal(), (400, 40001401), "removed meanwhile");
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
    let answer = spare.get(&app.request_options(json!({})).await);
    let user = tokens.claims()["sub"].as_str().expect("a user").to_owned();
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/users/{user}/status");
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(app.sign_in_with(answer).await.refusal(), (400, 40001401), "disabled meanwhile");
}
