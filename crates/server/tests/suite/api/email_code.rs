//! Signing in by a mailed code: one factor, through the same pipeline as any other way.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::code;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, jwt, storm};
use serde_json::json;
use std::sync::Arc;

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.request("POST", "/auth/send-login-code").json(json!({ "email": email })).send().await
}

async fn sign_in(app: &TestApp, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "code": code });
    app.request("POST", "/auth/login/email-code").json(body).send().await
}

async fn code_of(app: &TestApp, email: &str) -> String {
    assert_eq!(ask(app, email).await.status, 200);
    app.post_leaves().await.last().expect("a letter").code()
}

const ALICE: &str = "alice@example.test";

#[tokio::test]
async fn a_mailed_code_signs_its_user_in_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let promised = ask(&app, "Alice@Example.test").await;
    let data = &promised.body["data"];
    assert_eq!((&data["channel"], &data["target"]), (&json!("email"), &json!("a***@example.test")));
    let code = app.post_leaves().await[0].code();
    assert!(!promised.body.to_string().contains(&code));
    let answer = sign_in(&app, ALICE, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((&answer.body["is_new_user"], &answer.body["requires_mfa"]), (&json!(false), &json!(false)));
    let token = answer.body["access_token"].as_str().expect("a token");
    let claims = jwt::claims(token);
    assert_eq!((&claims["sub"], &claims["amr"]), (&json!(alice.to_string()), &json!(["otp"])));
    assert_eq!(app.me(token).await.status, 200);
    assert_eq!(sign_in(&app, ALICE, &code).await.refusal(), (400, 40001301), "once");
    assert_eq!(app.count("SELECT count(*) FROM sessions WHERE method = 'email_code'"), 1);
}

#[tokio::test]
async fn s18_login_codes_for_known_and_unknown_addresses_get_the_same_bytes_for_the_same_work() {
    let app = TestApp::start().await;
    app.user("alice", Role::Member).await;
    let mut seen = Vec::new();
    for email in [ALICE, "aline@example.test"] {
        let before = app.faults.counts();
        let answer = ask(&app, email).await;
        let after = app.faults.counts();
        let mut body = answer.body.clone();
        body["timestamp"] = json!(null);
        seen.push((answer.status, body, after.reads - before.reads, after.commits - before.commits));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(app.post_leaves().await.len(), 1);
    let before = app.faults.counts().commits;
    assert_eq!(sign_in(&app, ALICE, "000").await.refusal(), (400, 40001301));
    assert_eq!(sign_in(&app, "aline@example.test", "000").await.refusal(), (400, 40001301));
    assert_eq!(app.faults.counts().commits - before, 2);
}

#[tokio::test]
async fn s22_a_login_code_is_refused_after_ten_minutes_and_sets_no_password() {
    let app = TestApp::start().await;
    app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    let code = code_of(&app, ALICE).await;
    let reset = json!({ "identity": "alice", "code": code, "new_password": "an entirely new long sentence" });
    let answer = app.request("POST", "/auth/reset-password").json(reset).send().await;
    assert_eq!(answer.refusal(), (400, 40001301), "it is for signing in");
    app.clock.advance(code::TTL);
    assert_eq!(sign_in(&app, ALICE, &code).await.refusal(), (400, 40001301));
}

#[tokio::test]
async fn p10_a_mailed_code_is_one_factor_and_the_same_mailbox_is_no_second() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    app.home().asks_for(MfaPolicy { always: true, ..MfaPolicy::default() }).await;
    let code = code_of(&app, ALICE).await;
    app.home().address_is_known(alice).await;
    let answer = sign_in(&app, ALICE, &code).await;
    let (step, methods) = (&answer.body["mfa_enrolment"], &answer.body["required_mfa_methods"]);
    assert_eq!((step, methods), (&json!("await_release"), &json!([])), "the mailbox lets nobody enrol");
    let phone = app.home().authenticator(alice).await;
    app.clock.advance(Span::seconds(60));
    let code = code_of(&app, ALICE).await;
    let answer = sign_in(&app, ALICE, &code).await;
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
    assert!(answer.body["access_token"].is_null());
    let methods = answer.body["required_mfa_methods"].as_array().expect("methods");
    assert!(!methods.contains(&json!("email")), "{methods:?}");
    let body = json!({ "challenge_token": TestApp::challenge_of(&answer), "code": phone.code(&app) });
    let done = app.request("POST", "/auth/mfa/verify-challenge").json(body).send().await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(sign_in(&app, ALICE, &code).await.refusal(), (400, 40001301), "the code was used up");
}

#[tokio::test]
async fn who_may_not_sign_in_is_not_signed_in_by_a_code_sent_before() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let code = code_of(&app, ALICE).await;
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let off = json!({ "status": "disabled" });
    assert_eq!(app.put(&format!("/admin/users/{alice}/status"), &key, off).await.status, 200);
    assert_eq!(sign_in(&app, ALICE, &code).await.refusal(), (400, 40001301));
    assert_eq!(app.count("SELECT count(*) FROM sessions WHERE method = 'email_code'"), 0);
}

#[tokio::test]
async fn p01_of_64_sign_ins_with_one_mailed_code_one_wins() {
    let app = Arc::new(TestApp::start().await);
    app.user("alice", Role::Member).await;
    let code = code_of(&app, ALICE).await;
    let answers = storm(64, |_| {
        let (app, code) = (app.clone(), code.clone());
        async move { sign_in(&app, ALICE, &code).await.status }
    })
    .await;
    assert_eq!(answers.iter().filter(|s| **s == 200).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn what_is_not_offered_is_refused_clearly() {
    let app = TestApp::start().await;
    let body = json!({ "email": ALICE, "code": "000000", "register_if_new": true });
    let answer = app.request("POST", "/auth/login/email-code").json(body).send().await;
    assert_eq!(answer.refusal(), (400, 40001305));
    for body in [json!({ "phone": "+8613800138000" }), json!({})] {
        let answer = app.request("POST", "/auth/send-login-code").json(body).send().await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
}
