//! Passwords that must be changed, and passwords that expire.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, Tokens, jwt};
use serde_json::{Value, json};

const POLICY: &str = "/api/v1/admin/security/password-policy";
const GIVEN: &str = "three wise monkeys";
const NEW: &str = "five wiser gibbons";

#[tokio::test]
async fn s29_a_password_that_an_administrator_gave_leads_to_changing_it_and_nowhere_else() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", "nine baffled lemurs").await;
    let set = json!({ "new_password": GIVEN });
    assert_eq!(app.put(&format!("/admin/users/{alice}/password"), &admin, set).await.status, 200);
    let bob = json!({ "username": "bob", "password": GIVEN });
    assert_eq!(app.post("/admin/users", &admin, bob).await.status, 201);
    for name in ["alice", "bob"] {
        let token = must_change(&app.login(name, GIVEN).await);
        let done = change(&app, &token, GIVEN, NEW).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(done.body["access_token"].is_null());
        assert_eq!(app.login(name, GIVEN).await.status, 401);
        let signed_in = app.login(name, NEW).await;
        assert_eq!((signed_in.status, &signed_in.body["must_change_password"]), (200, &json!(false)));
        assert_eq!(app.me(&Tokens::of(signed_in).access).await.body["data"]["must_change_password"], false);
    }
}

#[tokio::test]
async fn s37_a_password_change_token_opens_nothing_else_and_works_once() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (alice, token) = must_change_user(&app, &admin, "alice").await;
    for (method, path) in [
        ("GET", "/auth/me"),
        ("GET", "/auth/me/permissions"),
        ("GET", "/auth/me/sessions"),
        ("POST", "/auth/me/password-strength"),
        ("POST", "/auth/api-keys"),
        ("GET", "/admin/users"),
        ("POST", "/auth/generate-ticket"),
    ] {
        let answer = app.request(method, path).bearer(&token).json(json!({})).send().await;
        assert_eq!(answer.refusal(), (401, 40000009), "{method} {path}");
    }
    assert_eq!(app.refresh(&token).await.refusal(), (400, 40000001), "no refresh token is as long");
    let verify = json!({ "challenge_token": token, "code": "123456" });
    let verified = app.request("POST", "/auth/mfa/verify-challenge").json(verify).send().await;
    assert_eq!(verified.refusal(), (403, 61000403));

    assert_eq!(change(&app, &token, "not the given one", NEW).await.refusal(), (401, 40000502));
    assert_eq!(change(&app, &token, GIVEN, GIVEN).await.refusal(), (400, 40000501));
    assert_eq!(change(&app, &token, GIVEN, "short").await.refusal(), (400, 40000501));
    let other = app.request("PUT", "/auth/me/password").header("x-tenant-id", "tnt_0000000000000000000001");
    let body = json!({ "old_password": GIVEN, "new_password": NEW });
    assert_eq!(other.bearer(&token).json(body).send().await.status, 403);
    assert_eq!(change(&app, &token, GIVEN, NEW).await.status, 200);
    assert_eq!(change(&app, &token, NEW, "eleven plaid okapis").await.refusal(), (401, 40000009), "used up");
    let rows = app.audit("user.password_changed");
    assert_eq!(rows.last().map(|row| row["actor"].clone()), Some(json!(alice)));
}

#[tokio::test]
async fn s37_no_other_token_passes_for_a_password_change_token() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (alice, token) = must_change_user(&app, &admin, "alice").await;
    let id = user_id(&alice);
    let mine = app.sign_in(id).await;
    app.home().always_asks().await;
    app.home().authenticator(id).await;
    let challenge = app.redeem(&app.ticket(id).await).await.body["challenge_token"].clone();
    for other in
        [mine.refresh.as_str(), challenge.as_str().expect("a challenge"), "x", &token[..token.len() - 2]]
    {
        assert_eq!(change(&app, other, GIVEN, NEW).await.refusal(), (401, 40000009), "{other}");
    }
}

#[tokio::test]
async fn a_password_change_token_lasts_ten_minutes_and_dies_with_any_change_of_its_user() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (alice, token) = must_change_user(&app, &admin, "alice").await;
    let claims = jwt::claims(&token);
    assert_eq!(claims["exp"].as_i64().zip(claims["iat"].as_i64()).map(|(exp, iat)| exp - iat), Some(600));
    app.clock.advance(Span::seconds(600 + 61));
    assert_eq!(change(&app, &token, GIVEN, NEW).await.refusal(), (401, 40000009), "over");

    let token = must_change(&app.login("alice", GIVEN).await);
    let admin = app.sign_in(app.admin).await.access;
    let path = format!("/admin/users/{alice}/status");
    assert_eq!(app.put(&path, &admin, json!({ "status": "disabled" })).await.status, 200);
    assert_eq!(change(&app, &token, GIVEN, NEW).await.refusal(), (401, 40000009), "disabled");
    assert_eq!(app.put(&path, &admin, json!({ "status": "active" })).await.status, 200);
    assert_eq!(change(&app, &token, GIVEN, NEW).await.refusal(), (401, 40000009), "changed since");
}

#[tokio::test]
async fn p01_of_64_changes_with_one_token_one_wins() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (_, token) = must_change_user(&app, &admin, "alice").await;
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..64 {
        let body =
            json!({ "old_password": GIVEN, "new_password": format!("five wiser gibbons and {n} others") });
        racing.spawn(app.request("PUT", "/auth/me/password").bearer(&token).json(body).send());
    }
    let answers = racing.join_all().await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert!(answers.iter().all(|a| a.status == 200 || a.status == 401));
    assert_eq!(app.audit("user.password_changed").len(), 1);
}

#[tokio::test]
async fn the_second_factor_comes_before_the_change() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (alice, _) = must_change_user(&app, &admin, "alice").await;
    let phone = app.home().authenticator(user_id(&alice)).await;
    app.home().always_asks().await;
    let challenged = app.login("alice", GIVEN).await;
    assert_eq!(
        (&challenged.body["requires_mfa"], &challenged.body["must_change_password"]),
        (&json!(true), &Value::Null)
    );
    let challenge = challenged.body["challenge_token"].as_str().expect("a challenge").to_owned();
    assert_eq!(change(&app, &challenge, GIVEN, NEW).await.refusal(), (401, 40000009));
    let verify = json!({ "challenge_token": challenge, "code": phone.code(&app) });
    let proven = app.request("POST", "/auth/mfa/verify-challenge").json(verify.clone()).send().await;
    let token = must_change(&proven);
    let again = app.request("POST", "/auth/mfa/verify-challenge").json(verify).send().await;
    assert_eq!(again.refusal(), (403, 61000403), "the challenge is used up");
    assert_eq!(app.count("SELECT count(*) FROM sessions WHERE method = 'password'"), 0);
    assert_eq!(change(&app, &token, GIVEN, NEW).await.status, 200);
}

#[tokio::test]
async fn an_expiring_password_is_told_everywhere_and_an_expired_one_signs_nobody_in() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let policy = json!({ "expiry_days": 90, "warning_days": 14, "grace_period_days": 7 });
    assert_eq!(app.put(POLICY, &admin, policy).await.status, 200);
    let alice = app.user_with_password("alice", GIVEN).await;
    let guest = app.user("guest", Role::Member).await;
    let start = app.parts.now();
    let at_day = |days: i64| app.clock.set(start.plus(Span::hours(24 * days)));
    for (days, expires_in, warning) in [
        (0, 90, Value::Null),
        (76, 14, json!("expiring")),
        (89, 1, json!("expiring")),
        (90, 0, json!("expired_grace")),
        (96, 0, json!("expired_grace")),
    ] {
        at_day(days);
        let answer = app.login("alice", GIVEN).await;
        let told = [&answer.body, &answer.body["user"]];
        for body in told {
            assert_eq!(
                (&body["password_expires_in"], &body["password_warning"]),
                (&json!(expires_in), &warning),
                "{days}"
            );
        }
        let mine = Tokens::of(answer).access;
        let me = app.me(&mine).await.body["data"].clone();
        assert_eq!((&me["password_expires_in"], &me["password_warning"]), (&json!(expires_in), &warning));
    }
    at_day(97);
    let answer = app.login("alice", GIVEN).await;
    assert_eq!(answer.body["password_warning"], "expired");
    let token = must_change(&answer);
    // A ticket tells so, and is not refused.
    let by_ticket = app.sign_in(alice).await;
    assert_eq!(
        (&by_ticket.answer["password_warning"], &by_ticket.answer["password_expires_in"]),
        (&json!("expired"), &json!(0))
    );
    assert!(by_ticket.answer["challenge_token"].is_null());
    let without = app.sign_in(guest).await.answer;
    assert!(without["password_warning"].is_null() && without["password_expires_in"].is_null());
    let admin = app.sign_in(app.admin).await.access;
    let status = app.get(&format!("/admin/users/{alice}/password-status"), &admin).await.body;
    assert_eq!((&status["password_warning"], &status["password_expires_in"]), (&json!("expired"), &json!(0)));
    assert_eq!(change(&app, &token, GIVEN, NEW).await.status, 200);
    let fresh = app.login("alice", NEW).await;
    assert_eq!((fresh.status, &fresh.body["password_expires_in"]), (200, &json!(90)));
}

/// The password sign-in that leads to changing it: its token.
fn must_change(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    for absent in ["access_token", "refresh_token", "user", "token_type", "expires_in"] {
        assert!(answer.body[absent].is_null(), "{absent}: {}", answer.body);
    }
    assert_eq!(
        (&answer.body["must_change_password"], &answer.body["requires_mfa"]),
        (&json!(true), &json!(false))
    );
    answer.body["challenge_token"].as_str().expect("a token").to_owned()
}

/// A user whom an administrator gave a password, and the token that their sign-in leads to.
async fn must_change_user(app: &TestApp, admin: &str, name: &str) -> (String, String) {
    let made = app.post("/admin/users", admin, json!({ "username": name, "password": GIVEN })).await;
    let id = made.body["data"]["user"]["id"].as_str().expect("a user").to_owned();
    (id, must_change(&app.login(name, GIVEN).await))
}

fn user_id(text: &str) -> UserId {
    UserId::parse(text).expect("an identifier")
}

async fn change(app: &TestApp, bearer: &str, old: &str, new: &str) -> Answer {
    let body = json!({ "old_password": old, "new_password": new });
    app.put("/api/v1/auth/me/password", bearer, body).await
}
