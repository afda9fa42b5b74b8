//! Accounts as their administrators see them: hashes kept up to date, sign-ins, guesses, unlocking.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::commit::{Change, Commit};
use authms_core::factor::{self, FAILURES_ALLOWED};
use authms_core::id::UserId;
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_core::user::{self, User};
use authms_testkit::{Answer, CommitFault, Setup, TestApp};
use serde_json::{Value, json};

const OTHER: &str = "a different long sentence";

fn hash_of(app: &TestApp, name: &str) -> String {
    app.query(&format!("SELECT password_hash FROM users WHERE username = '{name}'"))
}

#[tokio::test]
async fn s17_a_hash_of_old_parameters_is_made_anew_when_its_password_is_right() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    let old = hash_of(&app, "alice");
    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
    assert_eq!(hash_of(&app, "alice"), old, "nothing has changed yet");

    app.passwords.strengthen();
    for _ in 0..3 {
        assert_eq!(app.login("alice", "a wrong password").await.status, 401);
        assert_eq!(app.login("nobody", "a wrong password").await.status, 401);
    }
    assert_eq!(hash_of(&app, "alice"), old, "never for a wrong one");
    assert_eq!(app.passwords.hashed(), 1);

    let before = app.query::<String>(
        "SELECT fence || '/' || rev || '/' || updated_at FROM users WHERE username = 'alice'",
    );
    let session = app.login("alice", PASSWORD).await;
    assert_eq!(session.status, 200);
    let new = hash_of(&app, "alice");
    assert!(old.contains("t=1") && new.contains("t=2"), "{old} {new}");
    assert_eq!(app.audit("user.password_rehashed").len(), 1);
    let after = app.query::<String>(
        "SELECT fence || '/' || rev || '/' || updated_at FROM users WHERE username = 'alice'",
    );
    assert_eq!(before, after, "nothing else has changed");
    assert_eq!(app.me(session.body["access_token"].as_str().unwrap_or_default()).await.status, 200);

    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
    assert_eq!(app.login("alice", "a wrong password").await.status, 401);
    assert_eq!((hash_of(&app, "alice"), app.passwords.hashed()), (new, 2), "once");
}

#[tokio::test]
async fn s17_a_disabled_user_is_not_hashed_anew() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let admin = app.sign_in(app.admin).await.access;
    let off = app.put(&format!("/admin/users/{alice}/status"), &admin, json!({ "status": "disabled" })).await;
    assert_eq!(off.status, 200);
    app.passwords.strengthen();
    let old = hash_of(&app, "alice");
    assert_eq!(app.login("alice", PASSWORD).await.status, 401);
    assert_eq!(hash_of(&app, "alice"), old);
}

#[tokio::test]
async fn s17_a_password_that_was_changed_meanwhile_is_never_overwritten() {
    let app = std::sync::Arc::new(TestApp::start().await);
    let alice = app.user_with_password("alice", PASSWORD).await;
    let admin = app.sign_in(app.admin).await.access;
    app.passwords.strengthen();
    // The session's commit comes first; right before that of the new hash, an administrator sets another password.
    let (again, faults) = (app.clone(), app.faults.clone());
    app.faults.before_next_commit(async move {
        faults.before_next_commit(async move {
            let body = json!({ "new_password": OTHER });
            let set = again.put(&format!("/admin/users/{alice}/password"), &admin, body).await;
            assert_eq!(set.status, 200, "{}", set.body);
        });
    });
    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
    assert_eq!(app.audit("user.password_rehashed").len(), 0);
    assert_eq!(app.login("alice", PASSWORD).await.status, 401);
    assert_eq!(app.login("alice", OTHER).await.status, 200);
}

#[tokio::test]
async fn s17_a_new_hash_that_cannot_be_kept_fails_no_sign_in() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    app.passwords.strengthen();
    let old = hash_of(&app, "alice");
    let faults = app.faults.clone();
    app.faults.before_next_commit(async move {
        let more = faults.clone();
        faults.before_next_commit(async move { more.next_commit(CommitFault::Unavailable) });
    });
    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
    assert_eq!(hash_of(&app, "alice"), old);
    assert_eq!(app.login("alice", PASSWORD).await.status, 200);
    assert_ne!(hash_of(&app, "alice"), old, "the next one does it");
}

async fn histories(app: &TestApp, bearer: &str, user: UserId, query: &str) -> Answer {
    app.get(&format!("/admin/users/{user}/login-histories{query}"), bearer).await
}

fn column<'a>(answer: &'a Answer, member: &str) -> Vec<&'a Value> {
    answer.body["items"].as_array().expect("items").iter().map(|item| &item[member]).collect()
}

#[tokio::test]
async fn a_users_sign_ins_and_failures_are_told_newest_first() {
    let app = TestApp::start().await;
    let home = app.home();
    let alice = home.user_with_password("alice", Role::Member, PASSWORD).await;
    let (support, bearer) = home.signed_in("helper", Role::Support).await;
    let tick = || app.clock.advance(Span::seconds(1));
    let login = async |password: &str| {
        let body = json!({ "identity": "alice", "password": password });
        let request =
            app.request("POST", "/auth/login").from("203.0.113.9").header("user-agent", "Browser/1");
        request.json(body).send().await
    };
    for password in [PASSWORD, "wrong one", "wrong two"] {
        tick();
        login(password).await;
    }
    tick();
    app.sign_in(alice).await;
    tick();
    home.on_behalf(&bearer, alice).await;
    tick();
    let admin = app.sign_in(app.admin).await.access;
    let off = app.put(&format!("/admin/users/{alice}/status"), &admin, json!({ "status": "disabled" })).await;
    assert_eq!(off.status, 200);
    assert_eq!(login(PASSWORD).await.status, 401);

    let all = histories(&app, &bearer, alice, "").await;
    assert_eq!((all.status, &all.body["total"]), (200, &json!(6)), "{}", all.body);
    assert_eq!(column(&all, "status"), ["failed", "success", "success", "failed", "failed", "success"]);
    assert_eq!(
        column(&all, "login_type"),
        ["password", "ticket", "ticket", "password", "password", "password"]
    );
    let null = Value::Null;
    let why = column(&all, "fail_reason");
    assert_eq!(
        why,
        [
            &json!("user_inactive"),
            &null,
            &null,
            &json!("wrong_credentials"),
            &json!("wrong_credentials"),
            &null
        ]
    );
    let acting = column(&all, "acting_user_id");
    assert_eq!(acting[1], &json!(support.to_string()), "somebody else acted");
    assert!(acting.iter().enumerate().all(|(n, a)| n == 1 || a.is_null()));
    for item in [&all.body["items"][0], &all.body["items"][5]] {
        assert_eq!((&item["ip"], &item["user_agent"]), (&json!("203.0.113.9"), &json!("Browser/1")));
        assert_eq!(
            (&item["user_id"], &item["tenant_id"]),
            (&json!(alice.to_string()), &json!(app.tenant.to_string()))
        );
    }
    assert!(all.body["items"][5]["session_id"].as_str().is_some_and(|id| id.starts_with("ses_")));
    let event = app.audit("login.failed").last().expect("an event")["id"].clone();
    assert_eq!(all.body["items"][0]["id"], event, "the audit log knows more");

    let mut paged = Vec::new();
    for page in 1..=3 {
        let answer = histories(&app, &bearer, alice, &format!("?page={page}&page_size=2")).await;
        assert_eq!(answer.body["pagination"]["has_next"], page < 3);
        paged.extend(column(&answer, "id").into_iter().cloned());
    }
    assert_eq!(paged.iter().collect::<Vec<_>>(), column(&all, "id"));
    app.parts.store.sweep().await.expect("sweeps");
    assert_eq!(column(&histories(&app, &bearer, alice, "").await, "id"), column(&all, "id"), "carried over");
}

#[tokio::test]
async fn histories_stay_in_their_tenant() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    app.login("alice", PASSWORD).await;
    app.login("alice", "wrong").await;
    let other = app.another_tenant("other").await;
    let (_, boss) = other.signed_in("boss", Role::SuperAdmin).await;
    for path in ["login-histories", "security-status"] {
        let answer = app.get(&format!("/admin/users/{alice}/{path}"), &boss).await;
        assert_eq!(answer.refusal(), (404, 40000301), "{path}");
    }
    let unlock = app.post(&format!("/admin/users/{alice}/account-unlocks"), &boss, json!({})).await;
    assert_eq!(unlock.refusal(), (404, 40000301));
    // The founder is a member of both: each tenant sees what happened in it.
    app.sign_in(app.admin).await;
    assert_eq!(histories(&app, &boss, app.admin, "").await.body["total"], 0);
    other.sign_in(app.admin).await;
    assert_eq!(histories(&app, &boss, app.admin, "").await.body["total"], 1);
    let foreign = app.post(&format!("/admin/users/{}/account-unlocks", app.admin), &boss, json!({})).await;
    assert_eq!(foreign.refusal(), (403, 40000103), "an account is unlocked where it was created");
}

#[tokio::test]
async fn of_failures_the_last_hundred_are_kept_whatever_strangers_send() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    app.user_with_password("bob", PASSWORD).await;
    for name in ["bob", "alice", "nobody"] {
        for _ in 0..104 {
            app.clock.advance(Span::seconds(1));
            assert_eq!(app.login(name, "wrong").await.status, 401);
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM login_failures"), 300, "of each, and of nobody");
    let key = app.api_key(&[Permission::UserRead], Role::Member).await;
    let page = histories(&app, &key, alice, "?page_size=100").await;
    let newest: Vec<_> = app.audit("login.failed").into_iter().rev().map(|e| e["id"].clone()).collect();
    assert_eq!(column(&page, "id"), newest[..100].iter().collect::<Vec<_>>());
}

fn five_guesses_a_minute() -> Setup {
    let mut setup = Setup::default();
    setup.policy.quotas.account = Quota { requests: 5, window: Span::seconds(60) };
    setup
}

async fn guess(app: &TestApp, peer: &str, password: &str) -> u16 {
    let body = json!({ "identity": "alice", "password": password });
    app.request("POST", "/auth/login").from(peer).json(body).send().await.status
}

#[tokio::test]
async fn the_security_status_tells_of_guesses_and_an_unlock_gives_attempts_back() {
    let app = TestApp::with(five_guesses_a_minute()).await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let path = format!("/admin/users/{alice}/security-status");
    let status = async || app.get(&path, &admin).await.body["data"].clone();
    let calm = json!({ "can_login": true, "email_verified": false, "is_locked": false, "login_fail_count": 0,
        "max_attempts": 5, "mfa_enabled": false, "phone_verified": false });
    assert_eq!(status().await, calm);

    app.clock.advance(Span::seconds(1));
    for n in 0..7 {
        assert_eq!(guess(&app, "203.0.113.9", "wrong").await, if n < 5 { 401 } else { 429 });
    }
    assert_eq!(
        (&status().await["login_fail_count"], &status().await["is_locked"]),
        (&json!(5), &json!(false))
    );
    for n in 0..60 {
        guess(&app, &format!("198.51.100.{n}"), "wrong").await;
    }
    let locked = status().await;
    assert_eq!((&locked["is_locked"], &locked["can_login"]), (&json!(true), &json!(true)), "{locked}");
    assert!(locked["lock_until"].as_str().is_some_and(|until| until.ends_with('Z')), "{locked}");
    assert_eq!(locked["login_fail_count"], 50);
    for peer in ["203.0.113.9", "192.0.2.1"] {
        assert_eq!(guess(&app, peer, PASSWORD).await, 429);
    }

    let session = app.sign_in(alice).await;
    let unlock = format!("/admin/users/{alice}/account-unlocks");
    let done = app.post(&unlock, &admin, json!({ "reason": "asked by telephone" })).await;
    assert_eq!((done.status, &done.body["code"]), (200, &json!(0)), "{}", done.body);
    let event = &app.audit("user.unlocked")[0];
    assert_eq!(
        (&event["subject"], &event["reason"]),
        (&json!(alice.to_string()), &json!("asked by telephone"))
    );
    assert_eq!(status().await["is_locked"], false);
    for peer in ["203.0.113.9", "192.0.2.1"] {
        assert_eq!(guess(&app, peer, PASSWORD).await, 200, "{peer}");
    }
    assert_eq!(app.me(&session.access).await.status, 200, "an unlock ends nothing");
    assert_eq!(
        app.request("POST", &unlock).bearer(&admin).send().await.status,
        200,
        "a reason is not needed"
    );
    app.clock.advance(Span::seconds(1));
    assert_eq!(guess(&app, "192.0.2.1", PASSWORD).await, 200);
    assert_eq!(status().await, calm, "signed in since");
}

#[tokio::test]
async fn the_security_status_tells_of_factors_and_addresses_as_they_are() {
    let app = TestApp::start().await;
    let home = app.home();
    let alice = app.user("alice", Role::Member).await;
    let (_, admin) = home.signed_in("deputy", Role::Admin).await;
    let told = async || {
        let status = app.get(&format!("/admin/users/{alice}/security-status"), &admin).await.body;
        ["mfa_enabled", "email_verified", "phone_verified"].map(|member| status["data"][member] == true)
    };
    assert_eq!(told().await, [false, false, false]);
    home.add_authenticator(alice, false).await;
    assert_eq!(told().await, [false, false, false], "an enrolment that is not finished counts for nothing");
    let (id, _) = home.add_authenticator(alice, true).await;
    assert_eq!(told().await, [true, false, false]);
    for _ in 0..FAILURES_ALLOWED {
        write(&app, Change::Factor(factor::Change::Fail { user: alice, id })).await;
    }
    assert_eq!(told().await, [true, false, false], "what failures have switched off is enrolled");
    write(&app, Change::Factor(factor::Change::SetEnabled { user: alice, id, enabled: false })).await;
    assert_eq!(told().await, [false, false, false], "what its user has switched off is not");
    let found = app.store().member(app.tenant, alice).await.expect("reads").expect("a member").user;
    let verified = User { email_verified_at: Some(app.parts.now()), ..found };
    write(&app, Change::User(user::Change::Update(Box::new(verified)))).await;
    assert_eq!(told().await, [false, true, false]);
}

async fn write(app: &TestApp, change: Change) {
    app.store().commit(Commit::unremarkable(change)).await.expect("writes");
}

#[tokio::test]
async fn an_unlock_does_not_enable_and_needs_the_rank() {
    let app = TestApp::with(five_guesses_a_minute()).await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let off = app.put(&format!("/admin/users/{alice}/status"), &admin, json!({ "status": "disabled" })).await;
    assert_eq!(off.status, 200);
    let unlock = async |id| app.post(&format!("/admin/users/{id}/account-unlocks"), &admin, json!({})).await;
    assert_eq!(unlock(alice).await.status, 200);
    assert_eq!(guess(&app, "192.0.2.1", PASSWORD).await, 401);
    let status = app.get(&format!("/admin/users/{alice}/security-status"), &admin).await;
    assert_eq!(status.body["data"]["can_login"], false);
    for role in [Role::Admin, Role::SuperAdmin] {
        let peer = app.user(&role.as_str().replace('_', "-").replace("admin", "peer"), role).await;
        assert_eq!(unlock(peer).await.refusal(), (403, 40000011), "{role:?}");
    }
}
