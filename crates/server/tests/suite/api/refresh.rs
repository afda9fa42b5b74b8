//! Refreshing: each token once, with mercy for a lost answer and none for a stolen token.

use authms_core::access::{Permission, Role};
use authms_core::id::SessionId;
use authms_core::time::Span;
use authms_crypto::RefreshToken;
use authms_testkit::{Answer, Setup, TestApp, Tokens};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const REUSED: (u16, u64) = (401, 40000201);
const INVALID: (u16, u64) = (401, 40000202);

#[tokio::test]
async fn each_refresh_gives_the_next_tokens_of_the_same_session() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let first = app.sign_in(alice).await;
    app.clock.advance(Span::seconds(1700));

    let answer = app.refresh(&first.refresh).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["expires_in"], 1800);
    assert_eq!(answer.body["user"]["id"], alice.to_string());
    let second = Tokens::of(answer);
    assert_ne!(second.refresh, first.refresh);

    let (before, after) = (first.claims(), second.claims());
    for same in ["iss", "aud", "sub", "client_id", "sid", "session_id", "user_id", "tenant_id", "role"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_ne!(after["jti"], before["jti"]);
    assert_eq!(seconds(&after["iat"]) - seconds(&before["iat"]), 1700);
    assert_eq!(seconds(&after["exp"]) - seconds(&after["iat"]), 1800);
    assert_eq!(app.me(&second.access).await.status, 200);
    assert_eq!(app.refresh(&second.refresh).await.status, 200);
}

#[tokio::test]
async fn a_retry_within_10_seconds_gets_the_same_successor() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;

    let second = refreshed(&app, &first).await;
    app.clock.advance(Span::millis(9_999));
    let again = refreshed(&app, &first).await;
    assert_eq!(again.refresh, second.refresh);
    assert_eq!(again.claims(), second.claims(), "the same jti, iat and exp among them");
    assert_eq!(again.answer["expires_in"], 1791, "what is left of them, rounded up");
    assert_eq!(app.refresh(&second.refresh).await.status, 200, "the retry did not use the successor up");
}

#[tokio::test]
async fn s49_late_reuse_revokes_the_family() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;
    let second = refreshed(&app, &first).await;

    app.clock.advance(Span::seconds(10));
    let reused = app.refresh(&first.refresh).await;
    assert_eq!(reused.refusal(), REUSED);
    assert_eq!(reused.header("www-authenticate"), "Bearer realm=\"authms\"");
    assert_eq!(app.me(&second.access).await.status, 401, "the access token ends at once, too");
    assert_eq!(app.refresh(&second.refresh).await.refusal(), INVALID, "the thief's or the victim's");
    assert_eq!(app.refresh(&first.refresh).await.refusal(), REUSED, "still the same answer");
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'session.refresh_reused'"), 1);
}

#[tokio::test]
async fn s49_reuse_after_the_successor_was_used_revokes_the_family_even_within_10_seconds() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;
    let second = refreshed(&app, &first).await;
    let third = refreshed(&app, &second).await;

    assert_eq!(app.refresh(&first.refresh).await.refusal(), REUSED);
    assert_eq!(app.refresh(&third.refresh).await.refusal(), INVALID);
}

#[tokio::test]
async fn s49_the_lifetime_of_a_family_never_grows() {
    let app = TestApp::start().await;
    let mut tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    let end = seconds(&tokens.claims()["iat"]) + 30 * 24 * 3600;

    for _ in 0..29 {
        app.clock.advance(Span::hours(24));
        tokens = refreshed(&app, &tokens).await;
        assert!(seconds(&tokens.claims()["exp"]) <= end);
    }
    app.clock.advance(Span::seconds(24 * 3600 - 60));
    tokens = refreshed(&app, &tokens).await;
    assert_eq!(tokens.answer["expires_in"], 60, "no access token outlives its session");
    assert_eq!(seconds(&tokens.claims()["exp"]), end);

    app.clock.advance(Span::seconds(60));
    assert_eq!(app.refresh(&tokens.refresh).await.refusal(), INVALID);
    assert_eq!(app.me(&tokens.access).await.status, 401);
}

#[tokio::test]
async fn s34_absolute_and_idle_limits_of_a_session() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (used, unused) = (app.sign_in(alice).await, app.sign_in(alice).await);

    let just_under_14_days = Span::millis(14 * 24 * 3_600_000 - 1);
    app.clock.advance(just_under_14_days);
    let used = refreshed(&app, &used).await;
    app.clock.advance(Span::millis(1));
    assert_eq!(app.refresh(&unused.refresh).await.refusal(), INVALID, "idle for 14 days");
    let used = refreshed(&app, &used).await;

    app.clock.advance(just_under_14_days);
    let used = refreshed(&app, &used).await;
    app.clock.advance(Span::hours(2 * 24));
    let used = refreshed(&app, &used).await;
    app.clock.advance(Span::millis(1));
    assert_eq!(app.refresh(&used.refresh).await.refusal(), INVALID, "30 days after the sign-in");
}

#[tokio::test]
async fn s34_sessions_of_two_factors_have_limits_of_their_own() {
    let mut setup = Setup::default();
    setup.policy.session_ttl.multi = Span::hours(24);
    setup.policy.session_idle.multi = Span::hours(1);
    let app = TestApp::with(setup).await;
    let (home, password) = (app.home(), "correct horse battery staple");
    let ada = home.user_with_password("ada", Role::Member, password).await;
    let phone = home.authenticator(ada).await;
    let single = granted(app.login("ada", password).await);
    let mut used = home.sign_in_by_factor("ada", password, &phone).await;
    app.clock.advance(Span::seconds(30));
    let unused = home.sign_in_by_factor("ada", password, &phone).await;
    let key = home.key(&[Permission::TicketMint, Permission::TicketVouch], Role::Member).await;
    let vouched = json!({
        "user_id": ada.to_string(), "subject_amr": ["pwd", "otp", "mfa"],
        "subject_auth_time": app.parts.now().as_seconds(),
    });
    let vouched = granted(app.redeem(&app.mint(key.raw.expose(), vouched).await).await);
    let listed = app.get("/auth/me/sessions", &unused.access).await.body["data"]["items"].clone();
    let mine = listed.as_array().and_then(|all| all.iter().find(|s| s["current"] == true)).cloned();
    let mine = mine.expect("the session that asks");
    assert_ne!(mine["idle_expires_at"], mine["expires_at"]);

    app.clock.advance(Span::millis(3_600_000 - 30_001));
    used = refreshed(&app, &used).await;
    app.clock.advance(Span::millis(30_001));
    for tokens in [&unused, &vouched] {
        assert_eq!(app.refresh(&tokens.refresh).await.refusal(), INVALID, "an hour without a refresh");
        assert_eq!(app.me(&tokens.access).await.status, 401);
    }
    let single = refreshed(&app, &single).await;
    for _ in 0..44 {
        app.clock.advance(Span::seconds(1800));
        used = refreshed(&app, &used).await;
    }
    app.clock.advance(Span::seconds(1799));
    used = refreshed(&app, &used).await;
    assert!(used.answer["expires_in"].as_i64().is_some_and(|left| left < 1800), "{}", used.answer);
    app.clock.advance(Span::seconds(1800));
    assert_eq!(app.refresh(&used.refresh).await.refusal(), INVALID, "a day after the sign-in");
    refreshed(&app, &single).await;
}

#[tokio::test]
async fn p04_a_revoked_refresh_token_is_dead_after_a_restart() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (out, reused, well) = (app.sign_in(alice).await, app.sign_in(alice).await, app.sign_in(alice).await);
    app.request("POST", "/auth/logout").json(json!({ "refresh_token": out.refresh })).send().await;
    let successor = refreshed(&app, &reused).await;
    app.clock.advance(Span::seconds(11));
    assert_eq!(app.refresh(&reused.refresh).await.refusal(), REUSED);

    let again = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    drop(app);
    assert_eq!(again.refresh(&out.refresh).await.refusal(), INVALID);
    assert_eq!(again.refresh(&reused.refresh).await.refusal(), REUSED);
    assert_eq!(again.refresh(&successor.refresh).await.refusal(), INVALID);
    for dead in [&out, &reused, &successor] {
        assert_eq!(again.me(&dead.access).await.status, 401);
    }
    assert_eq!(again.refresh(&well.refresh).await.status, 200, "whoever was not revoked goes on");
}

#[tokio::test]
async fn a_retry_across_a_restart_gets_the_same_successor() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;
    let second = refreshed(&app, &first).await;

    let again = app.restart(Setup { seed: 2, ..Setup::default() }).await;
    drop(app);
    let retried = refreshed(&again, &first).await;
    assert_eq!((&retried.refresh, retried.claims()), (&second.refresh, second.claims()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p05_of_64_parallel_refreshes_one_rotates_and_all_get_its_successor() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;

    let answers = volley(&app, 64, &first.refresh).await;
    let tokens: Vec<Tokens> = answers.into_iter().map(granted).collect();
    for other in &tokens {
        assert_eq!(other.refresh, tokens[0].refresh);
        assert_eq!(other.claims(), tokens[0].claims());
    }
    assert_eq!(app.count("SELECT generation FROM sessions"), 1);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'session.refreshed'"), 1);
    assert_eq!(app.refresh(&tokens[0].refresh).await.status, 200);
}

/// Tabs share one stored token. All of them find their access token expired at the same moment; half of the answers
/// are lost, and who got none tries again with what it had.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_twenty_tabs_with_dropped_answers_sign_nobody_out() {
    let app = TestApp::start().await;
    let mut stored = app.sign_in(app.user("alice", Role::Member).await).await;
    for round in 0..5 {
        app.clock.advance(Span::seconds(1800));
        let mut waiting = 20;
        let mut heard = Vec::new();
        for attempt in 0..4 {
            let answers = volley(&app, waiting, &stored.refresh).await;
            let arrived = |i: usize| attempt == 3 || (i + round + attempt).is_multiple_of(2);
            let answers: Vec<_> = answers.into_iter().map(granted).enumerate().collect();
            heard.extend(answers.into_iter().filter(|(i, _)| arrived(*i)).map(|(_, t)| t));
            waiting = 20 - heard.len();
            app.clock.advance(Span::seconds(2));
        }
        assert_eq!(heard.len(), 20);
        assert!(heard.iter().all(|t| t.refresh == heard[0].refresh), "one successor for all tabs");
        stored = heard.swap_remove(0);
        assert_eq!(app.me(&stored.access).await.status, 200, "round {round}");
    }
}

#[tokio::test]
async fn refresh_tokens_that_are_not_ours_leave_the_family_alive() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let first = app.sign_in(alice).await;
    let tokens = refreshed(&app, &first).await;
    app.clock.advance(Span::seconds(60));

    for (i, _) in tokens.refresh.char_indices() {
        let mut bytes = tokens.refresh.clone().into_bytes();
        bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
        let tampered = String::from_utf8(bytes).expect("ASCII");
        assert_eq!(app.refresh(&tampered).await.refusal(), INVALID, "character {i}");
    }
    let shortened = &tokens.refresh[..tokens.refresh.len() - 1];
    let lengthened = format!("{}0", tokens.refresh);
    let ticket = app.ticket(alice).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    for other in ["", "rt_", shortened, &lengthened, &ticket, &key, "' OR 1=1 --"] {
        assert_eq!(app.refresh(other).await.refusal(), INVALID, "{other}");
    }
    assert_eq!(app.refresh(&tokens.refresh).await.status, 200, "the family lives");
}

#[tokio::test]
async fn a_forged_generation_cannot_revoke_a_family() {
    let app = TestApp::start().await;
    let first = app.sign_in(app.user("alice", Role::Member).await).await;
    let second = refreshed(&app, &first).await;
    app.clock.advance(Span::seconds(60));

    let sid = SessionId::parse(second.claims()["sid"].as_str().expect("sid")).expect("a session");
    for generation in [0, 1, 2, u32::MAX] {
        // Whoever knows the session, but not the key that only we have.
        let secret = authms_crypto::Secret::new([7; 32]);
        let forged = RefreshToken { session: *sid.bytes(), generation, secret };
        let forged = forged.format(&authms_crypto::Secret::new([9; 32]));
        assert_eq!(app.refresh(forged.expose()).await.refusal(), INVALID, "generation {generation}");
    }
    assert_eq!(app.refresh(&second.refresh).await.status, 200, "the family lives");
}

#[tokio::test]
async fn malformed_requests_name_the_member() {
    let app = TestApp::start().await;
    for (body, member) in [
        (json!({}), "refresh_token"),
        (json!({ "refresh_token": null }), "refresh_token"),
        (json!({ "refresh_token": 5 }), "refresh_token"),
        (json!({ "refresh_token": "x".repeat(257) }), "refresh_token"),
        (json!({ "refresh_token": "a\u{0}b" }), "refresh_token"),
    ] {
        let answer = app.request("POST", "/auth/refresh").json(body).send().await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)));
    }
}

/// Each way to take a support away from alice's session; what is left of it must be nothing.
#[tokio::test]
async fn p23_every_revocation_is_checked_again_on_refresh() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let ways: [(&str, &str, Value); 5] = [
        ("PUT", "/admin/users/{user}/status", json!({ "status": "disabled" })),
        ("DELETE", "/admin/users/{user}", Value::Null),
        ("DELETE", "/admin/memberships/{user}", Value::Null),
        ("PUT", "/admin/memberships/{user}", json!({ "role": "support" })),
        ("PUT", "/admin/users/{user}/password", json!({ "new_password": "a wholly different phrase" })),
    ];
    for (n, (method, path, body)) in ways.into_iter().enumerate() {
        let user = app.user(&format!("user-{n}"), Role::Member).await;
        let first = app.sign_in(user).await;
        let tokens = refreshed(&app, &first).await;
        let path = path.replace("{user}", &user.to_string());

        let done = app.request(method, &path).bearer(&admin).json(body).send().await;
        assert!((200..300).contains(&done.status), "{method} {path}: {}", done.body);
        assert_dead(&app, &tokens, &format!("{method} {path}")).await;
        let retried = app.refresh(&first.refresh).await;
        assert_eq!(retried.refusal(), INVALID, "no retry either: {method} {path}");
    }
}

#[tokio::test]
async fn p23_enabling_again_revives_no_session() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    let tokens = app.sign_in(alice).await;
    let path = format!("/admin/users/{alice}/status");
    for status in ["disabled", "active"] {
        let body = json!({ "status": status });
        assert_eq!(app.request("PUT", &path).bearer(&admin).json(body).send().await.status, 200);
    }
    assert_dead(&app, &tokens, "disabled and enabled").await;
    assert_eq!(app.redeem(&app.ticket(alice).await).await.status, 200, "but she may sign in again");
}

#[tokio::test]
async fn p23_a_disabled_tenant_refreshes_nothing() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let made = app.post("/admin/tenants", &admin, json!({ "name": "branch" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let tenant = made.body["data"]["id"].as_str().expect("an id").to_owned();
    let id = authms_core::id::TenantId::parse(&tenant).expect("a tenant");
    let bob = app.within(id).user("bob", Role::Member).await;
    let tokens = app.within(id).sign_in(bob).await;

    let path = format!("/admin/tenants/{tenant}");
    let body = json!({ "status": "disabled" });
    assert_eq!(app.request("PUT", &path).bearer(&admin).json(body).send().await.status, 200);
    assert_dead(&app, &tokens, "the tenant is disabled").await;
}

#[tokio::test]
async fn p23_a_disabled_or_deleted_client_refreshes_nothing() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    for (n, (method, body)) in
        [("PUT", json!({ "status": "disabled" })), ("DELETE", Value::Null)].into_iter().enumerate()
    {
        let purposes = [authms_core::ticket::Purpose::Sso];
        let (client, secret) = app.client(&format!("shop-{n}"), &purposes).await;
        let ticket = app.ticket(alice).await;
        let signin = app.request("POST", "/auth/ticket/signin").basic(&client, &secret);
        let tokens = granted(signin.json(json!({ "ticket": ticket })).send().await);
        assert_eq!(tokens.claims()["client_id"], client);
        let tokens = refreshed(&app, &tokens).await;

        let path = format!("/admin/oauth/clients/{client}");
        let done = app.request(method, &path).bearer(&admin).json(body).send().await;
        assert!((200..300).contains(&done.status), "{method}: {}", done.body);
        assert_dead(&app, &tokens, method).await;
    }
}

#[tokio::test]
async fn p23_a_deactivated_or_deleted_key_takes_the_sessions_it_minted_along() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    for (method, path, body) in [
        ("PUT", "/auth/api-keys/{key}/status", json!({ "status": "inactive" })),
        ("DELETE", "/auth/api-keys/{key}", Value::Null),
    ] {
        let ask = json!({ "name": "backend", "scopes": ["ticket:mint"] });
        let made = app.post("/auth/api-keys", &admin, ask).await;
        let text = |member: &str| made.body["data"][member].as_str().expect("a text").to_owned();
        let (id, raw) = (text("id"), text("raw_key"));
        let minted = app.post("/auth/generate-ticket", &raw, json!({ "user_id": alice.to_string() })).await;
        let tokens = granted(app.redeem(minted.body["ticket"].as_str().expect("a ticket")).await);
        let tokens = refreshed(&app, &tokens).await;

        let path = path.replace("{key}", &id);
        let done = app.request(method, &path).bearer(&admin).json(body).send().await;
        assert!((200..300).contains(&done.status), "{method}: {}", done.body);
        assert_dead(&app, &tokens, method).await;
    }
}

#[tokio::test]
async fn a_refresh_that_names_another_tenant_is_refused_and_revokes_nothing() {
    let app = TestApp::start().await;
    let tokens = app.sign_in(app.user("alice", Role::Member).await).await;
    for other in ["tnt_0000000000000000000001", "nonsense"] {
        let body = json!({ "refresh_token": tokens.refresh });
        let request = app.request("POST", "/auth/refresh").header("x-tenant-id", other).json(body);
        assert_eq!(request.send().await.refusal(), (403, 40000103), "{other}");
    }
    let body = json!({ "refresh_token": tokens.refresh });
    let request = app.request("POST", "/auth/refresh").header("x-tenant-id", &app.tenant.to_string());
    assert_eq!(request.json(body).send().await.status, 200);
}

async fn assert_dead(app: &TestApp, tokens: &Tokens, why: &str) {
    assert_eq!(app.refresh(&tokens.refresh).await.refusal(), INVALID, "{why}");
    assert_eq!(app.me(&tokens.access).await.refusal(), (401, 40000009), "{why}");
}

async fn refreshed(app: &TestApp, tokens: &Tokens) -> Tokens {
    granted(app.refresh(&tokens.refresh).await)
}

fn granted(answer: Answer) -> Tokens {
    assert_eq!(answer.status, 200, "{}", answer.body);
    Tokens::of(answer)
}

/// So many refreshes with the same token, released together.
async fn volley(app: &TestApp, racers: usize, refresh_token: &str) -> Vec<Answer> {
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(racers));
    let mut racing = JoinSet::new();
    for _ in 0..racers {
        let body = json!({ "refresh_token": refresh_token });
        let request = app.request("POST", "/auth/refresh").json(body);
        let barrier = barrier.clone();
        racing.spawn(async move {
            barrier.wait().await;
            request.send().await
        });
    }
    racing.join_all().await
}

fn seconds(claim: &Value) -> i64 {
    claim.as_i64().expect("whole seconds")
}
