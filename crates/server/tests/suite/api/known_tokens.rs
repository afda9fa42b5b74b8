//! Tokens whose signature was verified before: whatever ended since, they are refused all the same.

use authms_core::access::Role;
use authms_core::signing_key::{self, Algorithm};
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp, Tokens, jwt};
use serde_json::json;

const NO_TOKEN: (u16, u64) = (401, 40000009);

/// A token that was accepted twice: it is known.
async fn known(app: &TestApp, name: &str) -> Tokens {
    let tokens = app.sign_in(app.user(name, Role::Member).await).await;
    for _ in 0..2 {
        assert_eq!(app.me(&tokens.access).await.status, 200);
    }
    tokens
}

#[tokio::test]
async fn s35_a_known_token_of_a_revoked_session_is_refused() {
    let app = TestApp::start().await;
    let (out, ended) = (known(&app, "alice").await, known(&app, "bob").await);
    assert_eq!(app.request("POST", "/auth/logout").bearer(&out.access).send().await.status, 200);
    assert_eq!(app.me(&out.access).await.refusal(), NO_TOKEN);
    assert_eq!(app.me(&ended.access).await.status, 200);
    let path = format!("/auth/me/sessions/{}", ended.claims()["sid"].as_str().expect("a session"));
    assert_eq!(app.delete(&path, &ended.access).await.status, 200);
    assert_eq!(app.me(&ended.access).await.refusal(), NO_TOKEN);
}

#[tokio::test]
async fn s35_a_known_token_of_a_disabled_user_is_refused() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let tokens = known(&app, "alice").await;
    let user = tokens.claims()["sub"].as_str().expect("a subject").to_owned();
    let status = format!("/admin/users/{user}/status");
    assert_eq!(app.put(&status, &admin, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
}

#[tokio::test]
async fn s42_a_known_token_expires_to_the_second() {
    let app = TestApp::start().await;
    let tokens = known(&app, "alice").await;
    app.clock.advance(Span::seconds(1800 + 59));
    assert_eq!(app.me(&tokens.access).await.status, 200);
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
}

#[tokio::test]
async fn a_known_token_of_a_retired_key_is_refused_at_once() {
    let app = TestApp::start().await;
    let other = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    let tokens = known(&app, "alice").await;
    assert_eq!(other.me(&tokens.access).await.status, 200);
    let kid = jwt::header(&tokens.access)["kid"].as_str().expect("a kid").to_owned();

    signing_key::rotate(&app.parts, Algorithm::Es256, true).await.expect("rotates");
    assert_eq!(app.me(&tokens.access).await.status, 200, "rotation alone ends nothing");
    signing_key::retire(&app.parts, &kid).await.expect("retires");
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN, "at once");
    signing_key::maintain(&other.parts).await.expect("maintains the keys");
    assert_eq!(
        other.me(&tokens.access).await.refusal(),
        NO_TOKEN,
        "and where another process has retired it"
    );
}

#[tokio::test]
async fn a_known_token_with_one_bit_changed_is_refused() {
    let app = TestApp::start().await;
    let tokens = known(&app, "alice").await;
    for at in 0..tokens.access.len() {
        let mut bytes = tokens.access.clone().into_bytes();
        bytes[at] ^= 1 << (at % 5);
        let changed = String::from_utf8(bytes).expect("ASCII");
        // Outside of what a header's value may hold there is nothing to ask.
        if changed.bytes().all(|b| b.is_ascii_graphic()) {
            assert_eq!(app.me(&changed).await.status, 401, "byte {at}: {changed}");
        }
    }
    assert_eq!(app.me(&tokens.access).await.status, 200);
}

#[tokio::test]
async fn s37_a_known_access_token_is_still_nothing_else() {
    let app = TestApp::start().await;
    let tokens = known(&app, "alice").await;
    let code = json!({ "challenge_token": tokens.access, "code": "123456", "method": "totp" });
    let verified = app.request("POST", "/auth/mfa/verify-challenge").json(code).send().await;
    for answer in [verified, app.refresh(&tokens.access).await, app.redeem(&tokens.access).await] {
        assert!(matches!(answer.status, 400 | 401 | 403), "{} {}", answer.status, answer.body);
    }
    assert_eq!(app.me(&tokens.refresh).await.refusal(), NO_TOKEN);
}
