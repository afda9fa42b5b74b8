//! Signing in by password.

use authms_core::access::Role;
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, Tokens};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

const PASSWORD: &str = "three wise monkeys";
const WRONG: (u16, u64) = (401, 40000502);

#[tokio::test]
async fn a_name_and_the_password_sign_in() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let answer = app.login("alice", PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((&answer.body["token_type"], &answer.body["expires_in"]), (&json!("Bearer"), &json!(1800)));
    assert_eq!(answer.body["requires_mfa"], false);
    assert_eq!(answer.body["must_change_password"], false);
    assert_eq!(answer.body["user"]["id"], alice.to_string());
    let tokens = Tokens::of(answer);
    assert_eq!(app.me(&tokens.access).await.status, 200);
    assert_eq!(app.refresh(&tokens.refresh).await.status, 200);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'login.succeeded'"), 1);
}

#[tokio::test]
async fn user_name_e_mail_address_and_phone_number_are_names() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let body = json!({
        "username": "alice", "email": "alice@example.test", "phone": "+86 138 0013 8000", "password": PASSWORD,
    });
    assert_eq!(app.post("/admin/users", &admin, body).await.status, 201);
    for name in [
        "alice",
        "ALICE",
        "ａｌｉｃｅ",
        " alice ",
        "alice@example.test",
        "Alice@Example.TEST",
        "alice＠example.test",
        "+8613800138000",
        "+86 138-0013-8000",
    ] {
        assert_eq!(app.login(name, PASSWORD).await.status, 200, "{name}");
    }
    for other in ["alic", "alice@example.tes", "8613800138000", "+8613800138001", "alice\u{200b}"] {
        assert_eq!(app.login(other, PASSWORD).await.refusal(), WRONG, "{other}");
    }
}

#[tokio::test]
async fn s18_known_and_unknown_users_get_the_same_bytes_for_the_same_work() {
    let mut setup = Setup::default();
    // Without the count of one's own requests.
    setup.settings.exempt.push("127.0.0.0/8".parse().expect("a network"));
    let app = TestApp::with(setup).await;
    let admin = app.sign_in(app.admin).await.access;
    app.user_with_password("alice", PASSWORD).await;
    app.user("ticket-only", Role::Member).await;
    for (name, method, path, body) in [
        ("disabled", "PUT", "/admin/users/{user}/status", json!({ "status": "disabled" })),
        ("no-member", "DELETE", "/admin/memberships/{user}", Value::Null),
        ("deleted", "DELETE", "/admin/users/{user}", Value::Null),
    ] {
        let user = app.user_with_password(name, PASSWORD).await;
        let path = path.replace("{user}", &user.to_string());
        let done = app.request(method, &path).bearer(&admin).json(body).send().await;
        assert!((200..300).contains(&done.status), "{}", done.body);
    }
    let right_name = refusal(&app, "alice", "three unwise monkeys").await;
    assert_eq!(right_name.refusal(), WRONG);
    for (identity, password) in [
        ("nobody", PASSWORD),
        ("nobody@example.test", PASSWORD),
        ("+8613800138000", PASSWORD),
        ("can be ~ nobody's", PASSWORD),
        ("", PASSWORD),
        ("alice", ""),
        ("ticket-only", PASSWORD),
        ("disabled", PASSWORD),
        ("no-member", PASSWORD),
        ("deleted", PASSWORD),
    ] {
        let answer = refusal(&app, identity, password).await;
        assert_eq!(answer.body, right_name.body, "{identity}");
        assert_eq!(answer.headers, right_name.headers, "{identity}");
    }
}

/// A refused sign-in, of which it is certain that it cost one verification and one commit of two rows.
async fn refusal(app: &TestApp, identity: &str, password: &str) -> Answer {
    let written = || {
        app.count("SELECT count(*) FROM audit_log")
            + app.count("SELECT coalesce(sum(count), 0) FROM refusals")
    };
    let failures = || app.count("SELECT count(*) FROM login_failures");
    let (rows, failed, verified) = (written(), failures(), app.passwords.verified());
    let body = json!({ "identity": identity, "password": password });
    let answer = app.request("POST", "/auth/login").header("x-request-id", "same").json(body).send().await;
    assert_eq!(app.passwords.verified() - verified, 1, "{identity}: one verification");
    assert_eq!(written() - rows, 1, "{identity}: one commit");
    assert_eq!(failures() - failed, 1, "{identity}: with a failure beside it");
    answer
}

#[tokio::test]
async fn guesses_at_nobody_cannot_fill_the_log() {
    let mut setup = Setup::default();
    setup.settings.exempt.push("127.0.0.0/8".parse().expect("a network"));
    let app = TestApp::with(setup).await;
    let rows = app.count("SELECT count(*) FROM audit_log");
    for n in 0..120 {
        assert_eq!(app.login(&format!("nobody-{n}"), PASSWORD).await.refusal(), WRONG);
    }
    assert_eq!(app.count("SELECT count(*) FROM audit_log"), rows);
    assert_eq!(app.count("SELECT count FROM refusals WHERE reason = 'unknown_user'"), 120);
    assert_eq!(app.count("SELECT count(*) FROM refusals"), 1, "one row a minute");
    assert_eq!(app.count("SELECT count(*) FROM login_failures"), 100, "the last, and no more");
}

#[tokio::test]
async fn s16_over_long_passwords_are_refused_before_hashing() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    let longest = "é".repeat(512);
    assert_eq!(app.login("alice", &longest).await.refusal(), WRONG, "1,024 bytes are looked at");
    let verified = app.passwords.verified();

    for long in [format!("{longest}a"), "a".repeat(1025), "a".repeat(60_000)] {
        let answer = app.login("alice", &long).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("password")));
    }
    assert_eq!(app.login("alice", &"a".repeat(1 << 20)).await.refusal(), (413, 40000004));
    assert_eq!(app.passwords.verified(), verified, "nothing was hashed");
}

#[tokio::test]
async fn p31_a_long_identity_never_truncates_the_password() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let local = "l".repeat(64);
    let labels = vec!["d".repeat(61); 3].join(".");
    let long = format!("{local}@{labels}.to");
    assert_eq!(long.len(), 253);
    let body = json!({ "email": long, "password": PASSWORD });
    assert_eq!(app.post("/admin/users", &admin, body).await.status, 201);
    assert_eq!(app.login(&long, PASSWORD).await.status, 200);
    for almost in [&PASSWORD[..PASSWORD.len() - 1], "three wise monkeyz", "", "t"] {
        assert_eq!(app.login(&long, almost).await.refusal(), WRONG, "{almost}");
    }
    // Nor does the password truncate itself: bcrypt would stop at 72 bytes.
    let whole = "0123456789abcdef".repeat(64);
    app.user_with_password("bob", &whole).await;
    assert_eq!(app.login("bob", &whole).await.status, 200);
    for at in [15, 55, 71, 72, 73, 127, 255, 256, 1022, 1023] {
        let mut changed = whole.clone().into_bytes();
        changed[at] = b'~';
        let changed = String::from_utf8(changed).expect("ASCII");
        assert_eq!(app.login("bob", &changed).await.refusal(), WRONG, "byte {at}");
        assert_eq!(app.login("bob", &whole[..at]).await.refusal(), WRONG, "the first {at} bytes");
    }

    let verified = app.passwords.verified();
    assert_eq!(app.login(&"a".repeat(320), PASSWORD).await.refusal(), WRONG);
    let answer = app.login(&"a".repeat(321), PASSWORD).await;
    assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("identity")));
    assert_eq!(app.passwords.verified(), verified + 1, "nobody's password was looked at for the last");
}

#[tokio::test]
async fn malformed_requests_name_the_member_and_cost_no_hashing() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    for (body, member) in [
        (json!({ "password": PASSWORD }), "identity"),
        (json!({ "identity": "alice" }), "password"),
        (json!({ "identity": "alice", "password": null }), "password"),
        (json!({ "identity": ["alice"], "password": PASSWORD }), "identity"),
        (json!({ "identity": "alice\u{0}", "password": PASSWORD }), "identity"),
        (json!({ "identity": "alice", "password": "three\u{0}wise monkeys" }), "password"),
        (json!({ "identity": "alice", "password": PASSWORD, "tenant_id": "nonsense" }), "tenant_id"),
    ] {
        let answer = app.request("POST", "/auth/login").json(body).send().await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)));
    }
    assert_eq!(app.passwords.verified(), 0);
}

#[tokio::test]
async fn only_plain_transmission_is_supported() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    let login = async |how: &str| {
        let body = json!({
            "identity": "alice", "password": PASSWORD, "password_transmission": how,
            "captcha_id": "x", "captcha_code": "y", "anything": { "else": 1 },
        });
        app.request("POST", "/auth/login").json(body).send().await
    };
    for how in ["hash", "symmetric", "asymmetric", "PLAIN"] {
        assert_eq!(login(how).await.refusal(), (400, 40000503), "{how}");
    }
    assert_eq!(app.passwords.verified(), 0);
    assert_eq!(login("plain").await.status, 200);
    assert_eq!(login("").await.status, 200);
}

#[tokio::test]
async fn a_name_belongs_to_its_tenant() {
    let app = TestApp::start().await;
    app.user_with_password("alice", PASSWORD).await;
    let admin = app.sign_in(app.admin).await.access;
    let made = app.post("/admin/tenants", &admin, json!({ "name": "branch" })).await;
    let branch = made.body["data"]["id"].as_str().expect("an id").to_owned();
    let home = app.tenant.to_string();
    let login = async |header: &str, body: &str| {
        let mut ask = json!({ "identity": "alice", "password": PASSWORD });
        if !body.is_empty() {
            ask["tenant_id"] = json!(body);
        }
        let request = app.request("POST", "/auth/login");
        let request = if header.is_empty() { request } else { request.header("x-tenant-id", header) };
        request.json(ask).send().await
    };
    for (header, body) in [("", ""), (&home, ""), ("", &home), (&home, &home)] {
        assert_eq!(login(header, body).await.status, 200, "{header} {body}");
    }
    for (header, body) in [(branch.as_str(), ""), ("", &branch), ("", "tnt_0000000000000000000001")] {
        assert_eq!(login(header, body).await.refusal(), WRONG, "{header} {body}");
    }
    for (header, body) in [(branch.as_str(), home.as_str()), (&home, &branch), ("nonsense", "")] {
        assert_eq!(login(header, body).await.refusal(), (403, 40000103), "{header} {body}");
    }
}

/// What the sign-in was decided on includes the password: it has to be the present one when the session opens.
#[tokio::test]
async fn a_password_that_changes_while_it_is_verified_opens_no_session() {
    let app = TestApp::start().await;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let mine = app.sign_in(alice).await;
    let (stolen, release) = login_held_while_verifying(&app).await;
    let body = json!({ "old_password": PASSWORD, "new_password": "five wiser gibbons" });
    let changed = app.request("PUT", "/auth/me/password").bearer(&mine.access).json(body).send().await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    release.send(()).expect("somebody waits for it");

    let answer = stolen.await.expect("answers");
    assert_eq!(answer.refusal(), WRONG, "{}", answer.body);
    let sessions = app.get("/auth/me/sessions", &mine.access).await;
    assert_eq!(sessions.body["data"]["total"], 1, "mine alone");
}

#[tokio::test]
async fn a_change_of_name_while_the_password_is_verified_keeps_nobody_out() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let (pending, release) = login_held_while_verifying(&app).await;
    let path = format!("/admin/users/{alice}");
    let body = json!({ "nickname": "Al" });
    assert_eq!(app.request("PUT", &path).bearer(&admin).json(body).send().await.status, 200);
    release.send(()).expect("somebody waits for it");
    assert_eq!(pending.await.expect("answers").status, 200);
}

#[tokio::test]
async fn a_user_disabled_while_the_password_is_verified_has_no_living_session() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user_with_password("alice", PASSWORD).await;
    let (pending, release) = login_held_while_verifying(&app).await;
    let path = format!("/admin/users/{alice}/status");
    let body = json!({ "status": "disabled" });
    assert_eq!(app.request("PUT", &path).bearer(&admin).json(body).send().await.status, 200);
    release.send(()).expect("somebody waits for it");
    assert_eq!(pending.await.expect("answers").refusal(), WRONG);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p29_of_64_parallel_guesses_only_the_quota_is_evaluated() {
    let app = TestApp::with(ten_guesses_in_5_minutes()).await;
    app.user_with_password("alice", PASSWORD).await;
    let answers = volley(&app, (0..64).map(|_| ("203.0.113.9".to_owned(), "alice"))).await;
    assert_eq!(app.passwords.verified(), 10);
    assert_eq!(answers.iter().filter(|a| a.refusal() == WRONG).count(), 10);
    assert_eq!(answers.iter().filter(|a| a.refusal() == (429, 40000006)).count(), 54);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p29_many_networks_do_not_buy_many_guesses() {
    let app = TestApp::with(ten_guesses_in_5_minutes()).await;
    app.user_with_password("alice", PASSWORD).await;
    let names = ["alice", "ALICE", "alice@example.test"];
    let answers = volley(&app, (0..150).map(|n| (format!("198.51.100.{n}"), names[n % 2]))).await;
    assert_eq!(app.passwords.verified(), 100, "ten times one network's");
    assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 50);
}

#[tokio::test]
async fn p29_the_victim_still_signs_in_during_the_attack() {
    let app = TestApp::with(ten_guesses_in_5_minutes()).await;
    app.user_with_password("alice", PASSWORD).await;
    let (home, hotel) = ("2001:db8:7:8::1", "192.0.2.77");
    assert_eq!(login_from(&app, home, "alice", PASSWORD).await.status, 200, "some earlier day");
    app.clock.advance(Span::hours(24));

    for n in 0..120 {
        let guess = login_from(&app, &format!("198.51.100.{n}"), "alice", "guess").await;
        assert!([401, 429].contains(&guess.status));
    }
    assert_eq!(
        login_from(&app, "198.51.100.200", "alice", PASSWORD).await.status,
        429,
        "the attack is throttled"
    );
    let refused = login_from(&app, hotel, "alice", PASSWORD).await;
    assert_eq!(refused.refusal(), (429, 40000006), "from a network never seen she has to wait, too");
    let next_door = "2001:db8:7:8:ffff::2";
    assert_eq!(login_from(&app, next_door, "alice", PASSWORD).await.status, 200, "from home she does not");

    let wait = refused.header("retry-after").parse().expect("seconds");
    assert!(wait <= 300, "no lockout: {wait} s");
    app.clock.advance(Span::seconds(wait));
    assert_eq!(login_from(&app, hotel, "alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn p29_a_known_network_has_a_budget_of_its_own_and_no_more() {
    let app = TestApp::with(ten_guesses_in_5_minutes()).await;
    app.user_with_password("alice", PASSWORD).await;
    for _ in 0..10 {
        assert_eq!(login_from(&app, "192.0.2.1", "alice", PASSWORD).await.status, 200);
    }
    let verified = app.passwords.verified();
    assert_eq!(login_from(&app, "192.0.2.1", "alice", PASSWORD).await.status, 429);
    assert_eq!(app.passwords.verified(), verified);
    assert_eq!(login_from(&app, "192.0.2.2", "alice", PASSWORD).await.status, 200, "another network");
}

#[tokio::test]
async fn the_accounts_limit_tells_nothing_of_who_exists() {
    let app = TestApp::with(ten_guesses_in_5_minutes()).await;
    app.user_with_password("alice", PASSWORD).await;
    let mut seen = Vec::new();
    for name in ["alice", "nobody", "n\u{f6}body at all"] {
        let mut answers = Vec::new();
        for _ in 0..12 {
            let body = json!({ "identity": name, "password": "guess" });
            let request = app.request("POST", "/auth/login").header("x-request-id", "same").json(body);
            let answer = request.from("203.0.113.9").send().await;
            answers.push((answer.status, answer.header("retry-after").to_owned(), answer.body));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
    assert_eq!(seen[0].iter().filter(|(status, ..)| *status == 429).count(), 2);
}

fn ten_guesses_in_5_minutes() -> Setup {
    let mut setup = Setup::default();
    setup.policy.quotas.account = Quota { requests: 10, window: Span::seconds(300) };
    setup
}

async fn login_from(app: &TestApp, peer: &str, identity: &str, password: &str) -> Answer {
    let body = json!({ "identity": identity, "password": password });
    app.request("POST", "/auth/login").from(peer).json(body).send().await
}

async fn volley(app: &TestApp, guesses: impl Iterator<Item = (String, &'static str)>) -> Vec<Answer> {
    let mut racing = JoinSet::new();
    for (peer, name) in guesses {
        let body = json!({ "identity": name, "password": "guess" });
        racing.spawn(app.request("POST", "/auth/login").from(&peer).json(body).send());
    }
    racing.join_all().await
}

/// Alice's sign-in, stopped while her password is verified, and what lets it go on.
async fn login_held_while_verifying(app: &TestApp) -> (JoinHandle<Answer>, oneshot::Sender<()>) {
    let release = app.passwords.hold_next();
    let body = json!({ "identity": "alice", "password": PASSWORD });
    let pending = tokio::spawn(app.request("POST", "/auth/login").json(body).send());
    while app.passwords.verified() == 0 {
        tokio::task::yield_now().await;
    }
    (pending, release)
}
