//! A forgotten password is set anew by whoever reads the account's mail, and by nobody else.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::code;
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Arrived, Setup, TestApp, Tokens, storm};
use serde_json::{Value, json};
use std::sync::Arc;

const NEW: &str = "an entirely new long sentence";

async fn forgot(app: &TestApp, identity: &str) -> Answer {
    app.request("POST", "/auth/forgot-password").json(json!({ "identity": identity })).send().await
}

async fn verify(app: &TestApp, identity: &str, code: &str) -> Answer {
    let body = json!({ "identity": identity, "code": code });
    app.request("POST", "/auth/verify-reset-code").json(body).send().await
}

async fn reset(app: &TestApp, identity: &str, code: &str, new: &str) -> Answer {
    let body = json!({ "identity": identity, "code": code, "new_password": new });
    app.request("POST", "/auth/reset-password").json(body).send().await
}

async fn letter(app: &TestApp, identity: &str) -> Arrived {
    let asked = forgot(app, identity).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    let mut letters = app.post_leaves().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}

async fn start() -> TestApp {
    let app = TestApp::start().await;
    app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    app
}

fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// The answer without what differs from one request to the next.
fn said(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    for member in ["timestamp", "request_id"] {
        body.as_object_mut().map(|b| b.remove(member));
    }
    (answer.status, body)
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_with_the_code_that_was_mailed() {
    let app = start().await;
    let before = Tokens::of(app.login("alice", PASSWORD).await);
    let ticket = app.ticket(app.user("bob", Role::Member).await).await;
    let letter = letter(&app, "alice@example.test").await;
    assert_eq!(letter.to, "alice@example.test");
    let code = letter.code();
    assert_eq!(verify(&app, "alice", &code).await.status, 200, "it may be looked at first");
    let answer = reset(&app, "alice", &code, NEW).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body.as_object().map(|b| b.len()), Some(1), "nobody is signed in: {}", answer.body);
    assert_eq!(app.login("alice", PASSWORD).await.status, 401);
    assert_eq!(app.login("alice", NEW).await.status, 200);
    assert_eq!(app.me(&before.access).await.status, 401, "sessions are over at once");
    assert_eq!(app.refresh(&before.refresh).await.status, 401);
    assert_eq!(app.redeem(&ticket).await.status, 200, "other users' tickets are not");
    let told = app.post_leaves().await;
    assert_eq!((told.len(), told[0].subject.as_str()), (1, "Your password was set anew"));
    assert!(!told[0].text.contains(&code) && !told[0].text.contains(NEW));
    assert_eq!(reset(&app, "alice", &code, "yet another long sentence").await.code(), 40001301, "once");
    assert_eq!(app.count("SELECT count(*) FROM users WHERE email_verified_at IS NOT NULL"), 1);
}

#[tokio::test]
async fn a_reset_brings_no_password_back_that_the_history_keeps() {
    let app = start().await;
    let admin = app.sign_in(app.admin).await.access;
    let policy = json!({ "history_count": 2 });
    assert_eq!(app.put("/admin/security/password-policy", &admin, policy).await.status, 200);
    let mine = Tokens::of(app.login("alice", PASSWORD).await).access;
    let change = json!({ "old_password": PASSWORD, "new_password": NEW });
    assert_eq!(app.put("/auth/me/password", &mine, change).await.status, 200);
    app.post_leaves().await;
    let code = letter(&app, "alice@example.test").await.code();
    for (former, reason) in [(PASSWORD, "reused"), (NEW, "unchanged")] {
        let answer = reset(&app, "alice", &code, former).await;
        assert_eq!(answer.refusal(), (400, 40000501), "{}", answer.body);
        assert_eq!(answer.body["reason"], reason, "{}", answer.body);
    }
    assert_eq!(reset(&app, "alice", &code, "yet another long sentence").await.status, 200);
}

#[tokio::test]
async fn s18_forgotten_passwords_of_known_and_unknown_users_get_the_same_bytes_for_the_same_work() {
    let app = start().await;
    let disabled = app.home().user_with_password("carol", Role::Member, PASSWORD).await;
    let off = json!({ "status": "disabled" });
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    assert_eq!(app.put(&format!("/admin/users/{disabled}/status"), &key, off).await.status, 200);
    let mut seen = Vec::new();
    for identity in ["alice", "alice@example.test", "nobody", "nobody@example.test", "carol", "\u{1F600}"] {
        let before = app.faults.counts();
        let answer = forgot(&app, identity).await;
        let after = app.faults.counts();
        seen.push((said(&answer), after.reads - before.reads, after.commits - before.commits));
        app.clock.advance(code::RESEND_AFTER);
    }
    assert!(seen.iter().all(|s| *s == seen[0]), "{seen:#?}");
    assert_eq!(seen[0].0.0, 200);
    let letters = app.post_leaves().await;
    assert_eq!(
        letters.len(),
        1,
        "alice's, once a minute; nobody's, and none to who is disabled: {letters:?}"
    );
    let wrong_for = async |identity| {
        let before = app.faults.counts().commits;
        let answers = (verify(&app, identity, "123").await, reset(&app, identity, "123", NEW).await);
        (said(&answers.0), said(&answers.1), app.faults.counts().commits - before)
    };
    let hashed = app.passwords.hashed();
    assert_eq!(wrong_for("alice").await, wrong_for("nobody").await);
    assert_eq!(app.passwords.hashed(), hashed, "nothing is hashed for a wrong code");
}

#[tokio::test]
async fn p16_no_password_is_set_without_a_code_of_that_very_user_and_run() {
    let app = start().await;
    app.home().user_with_password("mallory", Role::Member, PASSWORD).await;
    let own = letter(&app, "mallory").await.code();
    app.clock.advance(Span::seconds(1));
    let theirs = letter(&app, "alice").await.code();
    let refused = 40001301;
    for (identity, code) in [
        ("alice", own.as_str()),
        ("nobody", theirs.as_str()),
        ("alice", ""),
        ("alice", "000000000000"),
        ("alice", wrong(&theirs)),
        ("", ""),
    ] {
        if (identity, code) != ("alice", theirs.as_str()) {
            assert_eq!(reset(&app, identity, code, NEW).await.code(), refused, "{identity} {code}");
        }
    }
    // A later run's code takes the place of the former.
    app.clock.advance(code::RESEND_AFTER);
    let later = letter(&app, "alice").await.code();
    assert_ne!(theirs, later, "else this test shows nothing");
    assert_eq!(reset(&app, "alice", &theirs, NEW).await.code(), refused);
    assert_eq!(app.login("alice", PASSWORD).await.status, 200, "nothing was changed");
    // The address that it was sent to is no longer hers.
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let alice = app.login("alice", PASSWORD).await.body["user"]["id"].as_str().unwrap_or_default().to_owned();
    let moved = json!({ "email": "alice@elsewhere.test" });
    assert_eq!(app.put(&format!("/admin/users/{alice}"), &key, moved).await.status, 200);
    assert_eq!(reset(&app, "alice", &later, NEW).await.code(), refused);
}

#[tokio::test]
async fn s25_a_code_of_ten_minutes_is_refused_after_them_and_an_administrators_mail_after_a_day() {
    let app = start().await;
    let code = letter(&app, "alice").await.code();
    app.clock.advance(Span::seconds(600));
    assert_eq!(reset(&app, "alice", &code, NEW).await.code(), 40001301);
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let alice = app.home().user_with_password("alison", Role::Member, PASSWORD).await;
    let path = format!("/admin/users/{alice}/password-resets");
    for (wait, status) in [(Span::hours(24), 400), (Span::hours(24).and(Span::seconds(-1)), 200)] {
        assert_eq!(app.post(&path, &key, json!({})).await.status, 200);
        let code = app.post_leaves().await[0].code();
        app.clock.advance(wait);
        assert_eq!(reset(&app, "alison", &code, NEW).await.status, status);
    }
}

#[tokio::test]
async fn s29_an_administrator_starts_a_reset_and_learns_neither_code_nor_password() {
    let app = start().await;
    let alice = app.home().user_with_password("alison", Role::Member, PASSWORD).await;
    let (_, admin) = app.home().signed_in("boss", Role::Admin).await;
    let path = format!("/admin/users/{alice}/password-resets");
    let ask = json!({ "new_password": "chosen by somebody else", "reset_token": "x", "force_change": true });
    let answer = app.post(&path, &admin, ask.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(app.post(&path, &admin, ask).await.code(), 40001303, "once a minute");
    let letter = app.post_leaves().await.remove(0);
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("alison@example.test", "Set a new password"));
    assert!(!answer.body.to_string().contains(&letter.code()));
    assert_eq!(app.login("alison", "chosen by somebody else").await.status, 401);
    assert_eq!(app.login("alison", PASSWORD).await.status, 200, "until the user sets another");
    assert_eq!(reset(&app, "alison", &letter.code(), NEW).await.status, 200);
    assert_eq!(app.login("alison", NEW).await.status, 200);
}

#[tokio::test]
async fn s26_after_a_reset_the_second_factor_is_still_asked_for() {
    let app = start().await;
    let alice = app.home().user_with_password("alison", Role::Member, PASSWORD).await;
    app.home().authenticator(alice).await;
    app.home().always_asks().await;
    let code = letter(&app, "alison").await.code();
    assert_eq!(reset(&app, "alison", &code, NEW).await.status, 200);
    let answer = app.login("alison", NEW).await;
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
    assert!(answer.body["access_token"].is_null(), "{}", answer.body);
}

#[tokio::test]
async fn p17_links_come_from_configuration_alone_whatever_the_request_says_of_its_host() {
    let mut setup = Setup::default();
    let page = "https://app.example.test/reset?code={code}&identity={identity}";
    setup.policy.messages.reset_url = Some(page.to_owned());
    let app = TestApp::with(setup).await;
    app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    let body = json!({ "identity": "alice@example.test" });
    let mut request = app.request("POST", "/auth/forgot-password").json(body);
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "for=1.2.3.4;host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-original-url", "http://evil.example/"),
        ("origin", "http://evil.example"),
        ("referer", "http://evil.example/reset"),
        ("user-agent", "http://evil.example/"),
    ] {
        request = request.header(name, value);
    }
    assert_eq!(request.send().await.status, 200);
    let letter = app.post_leaves().await.remove(0);
    let code = letter.code();
    let link = format!("https://app.example.test/reset?code={code}&identity=alice%40example.test");
    assert!(letter.text.contains(&link), "{}", letter.text);
    assert!(!letter.text.contains("evil"), "{}", letter.text);
}

#[tokio::test]
async fn s05_no_get_of_a_link_uses_a_code_up() {
    let app = start().await;
    let code = letter(&app, "alice").await.code();
    for path in ["/auth/reset-password", "/auth/verify-reset-code", "/auth/forgot-password"] {
        for method in ["GET", "HEAD"] {
            let query =
                format!("{path}?identity=alice&code={code}&new_password=an+entirely+new+long+sentence");
            assert_eq!(app.request(method, &query).send().await.status, 405, "{method} {path}");
        }
    }
    assert_eq!(reset(&app, "alice", &code, NEW).await.status, 200, "it was still good");
}

#[tokio::test]
async fn p08_a_code_is_in_no_answer_and_in_no_audit_row() {
    let app = start().await;
    let asked = forgot(&app, "alice").await;
    let code = app.post_leaves().await[0].code();
    let mut answers = vec![asked, verify(&app, "alice", &code).await];
    answers.push(reset(&app, "alice", &code, "short").await);
    answers.push(reset(&app, "alice", &code, NEW).await);
    for answer in answers {
        let head = format!("{:?}", answer.headers);
        assert!(!answer.body.to_string().contains(&code) && !head.contains(&code), "{}", answer.body);
    }
    assert!(app.audit_log().iter().all(|body| !body.to_string().contains(&code)));
}

#[tokio::test]
async fn a_password_that_the_policy_refuses_does_not_use_the_code_up_and_tells_only_who_has_it() {
    let app = start().await;
    let code = letter(&app, "alice").await.code();
    assert_eq!(reset(&app, "alice", wrong(&code), "short").await.code(), 40001301);
    assert_eq!(reset(&app, "alice", &code, "short").await.code(), 40000501);
    assert_eq!(reset(&app, "alice", &code, NEW).await.status, 200);
}

#[tokio::test]
async fn p01_of_64_resets_at_once_one_wins_and_of_64_guesses_five_are_evaluated() {
    let app = Arc::new(start().await);
    let code = letter(&app, "alice").await.code();
    let answers = storm(64, |i| {
        let (app, code) = (app.clone(), code.clone());
        async move { reset(&app, "alice", &code, &format!("an entirely new long sentence {i}")).await.status }
    })
    .await;
    assert_eq!(answers.iter().filter(|s| **s == 200).count(), 1, "{answers:?}");
    app.clock.advance(code::RESEND_AFTER);
    app.post_leaves().await;
    let code = letter(&app, "alice").await.code();
    let guesses = storm(64, |_| {
        let (app, code) = (app.clone(), wrong(&code));
        // With a password that the policy refuses, a right guess would answer otherwise than a wrong one.
        async move { reset(&app, "alice", code, "short").await.code() }
    })
    .await;
    assert!(guesses.iter().all(|c| *c == 40001301), "{guesses:?}");
    assert_eq!(app.count("SELECT max(attempts) FROM sent_codes"), i64::from(code::ATTEMPTS));
    assert_eq!(reset(&app, "alice", &code, NEW).await.code(), 40001301, "the right one comes too late");
}

#[tokio::test]
async fn who_asks_too_often_is_told_so_whether_or_not_the_user_exists() {
    let mut setup = Setup::default();
    setup.policy.quotas.codes = Quota { requests: 3, window: Span::hours(24) };
    let app = TestApp::with(setup).await;
    app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    for identity in ["alice", "nobody"] {
        for _ in 0..3 {
            assert_eq!(forgot(&app, identity).await.status, 200);
        }
        assert_eq!(forgot(&app, identity).await.status, 429);
    }
    let elsewhere = app.request("POST", "/auth/forgot-password").json(json!({ "identity": "alice" }));
    assert_eq!(elsewhere.from("192.0.2.9").send().await.status, 200, "one network does not use up another's");
}

#[tokio::test]
async fn without_a_transport_nobody_is_promised_a_code() {
    let app = TestApp::with(Setup { sends: false, ..Setup::default() }).await;
    app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    assert_eq!((forgot(&app, "alice").await.status, forgot(&app, "nobody").await.status), (501, 501));
    assert_eq!(forgot(&app, "alice").await.code(), 40001302);
}
