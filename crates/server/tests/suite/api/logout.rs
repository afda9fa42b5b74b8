//! Signing out.

use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, Tokens};
use serde_json::json;

const NO_TOKEN: (u16, u64) = (401, 40000009);

#[tokio::test]
async fn s35_logout_ends_access_and_refresh_at_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (here, elsewhere) = (app.sign_in(alice).await, app.sign_in(alice).await);

    let out = app.request("POST", "/api/v1/auth/logout").bearer(&here.access).send().await;
    assert_eq!((out.status, &out.body["code"]), (200, &json!(0)), "{}", out.body);
    assert_over(&app, &here).await;
    assert_eq!(app.me(&elsewhere.access).await.status, 200, "another session goes on");
    assert_eq!(app.refresh(&elsewhere.refresh).await.status, 200);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'session.ended'"), 1);
}

#[tokio::test]
async fn the_refresh_token_alone_signs_out() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    assert_eq!(logout(&app, "", &tokens.refresh).await.status, 200);
    assert_over(&app, &tokens).await;
}

#[tokio::test]
async fn an_expired_access_token_with_the_refresh_token_signs_out() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    app.clock.advance(Span::seconds(1800 + 60));
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
    assert_eq!(logout(&app, &tokens.access, &tokens.refresh).await.status, 200);
    assert_over(&app, &tokens).await;
}

#[tokio::test]
async fn with_neither_token_there_is_nothing_to_sign_out_of() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    assert_eq!(app.request("POST", "/auth/logout").send().await.refusal(), NO_TOKEN);
    assert_eq!(app.request("POST", "/auth/logout").json(json!({})).send().await.refusal(), NO_TOKEN);
    assert_eq!(logout(&app, "", "rt_made_up").await.refusal(), NO_TOKEN);
    assert_eq!(logout(&app, "made.up.token", "rt_made_up").await.refusal(), NO_TOKEN);
    let changed = tokens.refresh.replace("rt_", "rt_0");
    assert_eq!(logout(&app, "", &changed).await.refusal(), NO_TOKEN);
    assert_eq!(app.me(&tokens.access).await.status, 200, "nothing was ended");
}

#[tokio::test]
async fn both_tokens_end_both_sessions() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (one, other) = (app.sign_in(alice).await, app.sign_in(alice).await);
    assert_eq!(logout(&app, &one.access, &other.refresh).await.status, 200);
    assert_over(&app, &one).await;
    assert_over(&app, &other).await;
}

#[tokio::test]
async fn signing_out_twice_is_no_error_while_the_refresh_token_shows_the_session() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    assert_eq!(logout(&app, &tokens.access, &tokens.refresh).await.status, 200);
    assert_eq!(logout(&app, &tokens.access, &tokens.refresh).await.status, 200);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'session.ended'"), 1);
}

#[tokio::test]
async fn logout_ends_the_retry_of_a_refresh() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;
    let second = app.refresh(&first.refresh).await;
    assert_eq!(second.status, 200);
    assert_eq!(app.refresh(&first.refresh).await.status, 200, "a retry in time");
    assert_eq!(logout(&app, &Tokens::of(second).access, "").await.status, 200);
    assert_eq!(app.refresh(&first.refresh).await.status, 401);
    assert_eq!(app.count("SELECT count(*) FROM session_rotations"), 0, "nothing left to derive it from");
}

#[tokio::test]
async fn logout_ends_the_replay_of_a_redemption() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let redeem = async || {
        let request = app.request("POST", "/auth/ticket/signin").header("idempotency-key", "k-5f0c9a17be");
        request.json(json!({ "ticket": ticket })).send().await
    };
    let tokens = Tokens::of(redeem().await);
    assert_eq!(Tokens::of(redeem().await).refresh, tokens.refresh, "a replay in time");
    assert_eq!(logout(&app, &tokens.access, "").await.status, 200);
    assert_eq!(redeem().await.refusal(), (400, 40000401));
    assert_eq!(app.count("SELECT count(*) FROM ticket_replays"), 0, "nothing left to derive it from");
}

#[tokio::test]
async fn a_session_on_somebodys_behalf_ends_with_its_actors() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let helper = app.sign_in(app.user("helper", Role::Support).await).await;
    let acting = app.act_for(&helper.access, alice).await;
    assert_eq!(acting.refresh, "", "it has no refresh token");
    assert_eq!(app.me(&acting.access).await.status, 200);

    assert_eq!(logout(&app, &helper.access, "").await.status, 200);
    assert_eq!(app.me(&acting.access).await.refusal(), NO_TOKEN);
}

#[tokio::test]
async fn whoever_acts_on_somebodys_behalf_may_end_that() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let mine = app.sign_in(alice).await;
    let helper = app.sign_in(app.user("helper", Role::Support).await).await;
    let acting = app.act_for(&helper.access, alice).await;

    assert_eq!(logout(&app, &acting.access, "").await.status, 200);
    assert_eq!(app.me(&acting.access).await.refusal(), NO_TOKEN);
    assert_eq!(app.me(&helper.access).await.status, 200, "the actor's own session goes on");
    assert_eq!(app.me(&mine.access).await.status, 200, "and the user's");
}

async fn logout(app: &TestApp, access: &str, refresh: &str) -> Answer {
    let body = if refresh.is_empty() { json!({}) } else { json!({ "refresh_token": refresh }) };
    app.request("POST", "/auth/logout").bearer(access).json(body).send().await
}

async fn assert_over(app: &TestApp, tokens: &Tokens) {
    assert_eq!(app.me(&tokens.access).await.refusal(), NO_TOKEN);
    assert_eq!(app.refresh(&tokens.refresh).await.refusal(), (401, 40000202));
}
