//! A refresh is decided like a sign-in: what the policy asks for now, and where the session goes on.

use authms_core::access::{Permission, Role};
use authms_core::audit::Source;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::session::{self, Logout};
use authms_core::signin;
use authms_core::ticket::Purpose;
use authms_core::time::Span;
use authms_crypto::SecretString;
use authms_testkit::places::{BAD, CAFE, HOME, JAPAN, SERVER};
use authms_testkit::{Answer, Authenticator, KnownDevice, Setup, TestApp, Tokens, storm};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const FIREFOX: &str = "firefox/140";
const INVALID: (u16, u64) = (401, 40000202);
const OVER: (u16, u64) = (403, 61000403);

/// Ada, who has an authenticator app and signed in by password alone.
struct Ada {
    app: TestApp,
    user: UserId,
    phone: Authenticator,
}

impl Ada {
    async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    async fn with(setup: Setup) -> Self {
        let app = TestApp::with(setup).await;
        let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(user).await;
        Self { app, user, phone }
    }

    /// The same, known at home for three weeks, in a tenant that minds where sessions go on.
    async fn at_home() -> Self {
        Self::at_home_with_a_device().await.0
    }

    /// The same, and a device that she trusts.
    async fn at_home_with_a_device() -> (Self, KnownDevice) {
        let ada = Self::new().await;
        let trusted = ada.app.home().device(ada.user, true).await;
        ada.mind(json!({ "session_risk_enabled": true })).await;
        for _ in 0..21 {
            ada.sign_in().await;
            ada.app.learn().await;
            ada.app.clock.advance(Span::hours(24));
        }
        (ada, trusted)
    }

    async fn mind(&self, config: Value) {
        let root = self.app.sign_in(self.app.admin).await.access;
        let answer = self.app.put("/admin/security/risk-config", &root, config).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    async fn sign_in(&self) -> Tokens {
        let body = json!({ "identity": "ada", "password": PASSWORD });
        let login = self.app.request("POST", "/api/v1/auth/login").json(body).from(HOME);
        granted(login.header("user-agent", FIREFOX).send().await)
    }

    async fn refresh(&self, tokens: &Tokens, ip: &str, agent: &str) -> Answer {
        self.refresh_on("", tokens, ip, agent).await
    }

    async fn refresh_on(&self, device: &str, tokens: &Tokens, ip: &str, agent: &str) -> Answer {
        let body = json!({ "refresh_token": tokens.refresh });
        let request = self.app.request("POST", "/api/v1/auth/refresh").json(body).from(ip).device(device);
        if agent.is_empty() { request.send().await } else { request.header("user-agent", agent).send().await }
    }

    async fn prove(&self, challenge: &str) -> Answer {
        self.app.verify(challenge, &self.phone.code(&self.app)).await
    }
}

fn granted(answer: Answer) -> Tokens {
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(false)), "{}", answer.body);
    Tokens::of(answer)
}

fn asked(answer: &Answer) -> String {
    for absent in ["access_token", "refresh_token", "user", "expires_in", "token_type"] {
        assert!(answer.body.get(absent).is_none(), "{absent}: {}", answer.body);
    }
    TestApp::challenge_of(answer)
}

fn sid(tokens: &Tokens) -> String {
    tokens.claims()["sid"].as_str().expect("a session").to_owned()
}

#[tokio::test]
async fn s33_a_factor_at_refresh_opens_a_new_session_and_the_old_one_is_dead() {
    let ada = Ada::new().await;
    let app = &ada.app;
    let old = ada.sign_in().await;
    app.home().always_asks().await;

    let answer = ada.refresh(&old, HOME, FIREFOX).await;
    let challenge = asked(&answer);
    assert_eq!(answer.body["mfa_check_reason"], "policy_always");
    assert_eq!(answer.body["required_mfa_methods"], json!(["totp"]));
    assert_eq!(app.count("SELECT generation FROM sessions"), 0, "the refresh token is not used up");
    assert_eq!(app.me(&old.access).await.status, 200, "the access token ends by itself");

    let new = granted(ada.prove(&challenge).await);
    assert_ne!(sid(&new), sid(&old));
    assert_ne!(new.refresh, old.refresh);
    assert_eq!(new.claims()["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(app.me(&old.access).await.status, 401);
    assert_eq!(app.refresh(&old.refresh).await.refusal(), INVALID);
    assert_eq!(app.me(&new.access).await.status, 200);
    granted(app.refresh(&new.refresh).await);
    let ended = "SELECT count(*) FROM sessions WHERE end_reason = 'renewed'";
    assert_eq!(app.count(ended), 1);
    for (name, rows) in [("session.challenged", 1), ("mfa.passed", 1), ("session.ended", 1)] {
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM audit_log WHERE name = '{name}'")),
            rows,
            "{name}"
        );
    }
}

#[tokio::test]
async fn s33_re_authenticating_proves_for_five_minutes_and_leaves_the_session_as_it_was() {
    let ada = Ada::new().await;
    let tokens = ada.sign_in().await;
    let body = json!({ "password": PASSWORD, "mfa_code": ada.phone.code(&ada.app) });
    let stepped = ada.app.post("/auth/re-authenticate", &tokens.access, body).await;
    assert_eq!(stepped.status, 200, "{}", stepped.body);
    let proof = stepped.body["data"]["step_up_token"].as_str().unwrap_or_default();
    assert_eq!(ada.app.me(proof).await.status, 401, "what it gives is no access token");
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions"), 1);
    let refreshed = granted(ada.refresh(&tokens, HOME, FIREFOX).await);
    assert_eq!(sid(&refreshed), sid(&tokens));
    assert_eq!(refreshed.claims()["amr"], json!(["pwd"]), "the session has not become more than it was");
}

#[tokio::test]
async fn s35_a_renewed_session_ends_at_once_and_its_access_token_within_half_an_hour() {
    for (method, path, body) in [
        ("POST", "/auth/logout", Value::Null),
        ("PUT", "/admin/users/{user}/status", json!({ "status": "disabled" })),
        ("DELETE", "/admin/users/{user}", Value::Null),
    ] {
        let ada = Ada::new().await;
        let admin = ada.app.sign_in(ada.app.admin).await.access;
        let old = ada.sign_in().await;
        ada.app.home().always_asks().await;
        let new = granted(ada.prove(&asked(&ada.refresh(&old, HOME, FIREFOX).await)).await);
        let times = ["iat", "exp"].map(|claim| new.claims()[claim].as_i64().expect("seconds"));
        assert_eq!(times[1] - times[0], 1800, "for those who verify it without asking");

        let bearer = if path == "/auth/logout" { &new.access } else { &admin };
        let request = ada.app.request(method, &path.replace("{user}", &ada.user.to_string())).bearer(bearer);
        let request = if body.is_null() { request } else { request.json(body) };
        let done = request.send().await;
        assert!((200..300).contains(&done.status), "{method} {path}: {}", done.body);
        for dead in [&old, &new] {
            assert_eq!(ada.app.refresh(&dead.refresh).await.refusal(), INVALID, "{method} {path}");
            assert_eq!(ada.app.me(&dead.access).await.status, 401, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_session_of_two_factors_goes_on_and_one_of_a_role_that_is_not_asked_too() {
    let ada = Ada::new().await;
    let home = ada.app.home();
    let plain = ada.sign_in().await;
    let both = home.sign_in_by_factor("ada", PASSWORD, &ada.phone).await;
    home.always_asks().await;
    let both = granted(ada.app.refresh(&both.refresh).await);
    asked(&ada.refresh(&plain, HOME, FIREFOX).await);
    home.asks_for(MfaPolicy { from_role: Some(Role::Support), ..MfaPolicy::default() }).await;
    let plain = granted(ada.refresh(&plain, HOME, FIREFOX).await);
    home.asks_for(MfaPolicy { from_role: Some(Role::Member), ..MfaPolicy::default() }).await;
    let answer = ada.refresh(&plain, HOME, FIREFOX).await;
    assert_eq!(answer.body["mfa_check_reason"], "policy_role", "{}", answer.body);
    granted(ada.app.refresh(&both.refresh).await);
}

#[tokio::test]
async fn p10_a_ticket_session_whose_minter_vouched_goes_on_as_long_as_it_lives() {
    let ada = Ada::new().await;
    let key = ada.app.home().key(&[Permission::TicketMint, Permission::TicketVouch], Role::Member).await;
    let vouched = json!({
        "user_id": ada.user.to_string(), "subject_amr": ["pwd", "otp", "mfa"],
        "subject_auth_time": ada.app.parts.now().as_seconds(),
    });
    ada.app.home().always_asks().await;
    let ticket = ada.app.mint(key.raw.expose(), vouched).await;
    let tokens = granted(ada.app.redeem(&ticket).await);
    ada.app.clock.advance(Span::hours(13));
    granted(ada.app.refresh(&tokens.refresh).await);
}

#[tokio::test]
async fn whoever_never_had_a_factor_enrols_one_before_the_session_goes_on() {
    let ada = Ada::new().await;
    let (app, home) = (&ada.app, ada.app.home());
    let bob = app.user("bob", Role::Member).await;
    let by_console = app.sign_in(bob).await;
    home.always_asks().await;
    let asked = app.refresh(&by_console.refresh).await;
    assert_eq!(
        asked.body["mfa_enrolment"], "await_release",
        "the command line keeps nobody in: {}",
        asked.body
    );
    assert!(asked.body.get("access_token").is_none() && asked.body.get("refresh_token").is_none());
    home.is_released(bob).await;
    let asked = app.refresh(&by_console.refresh).await;
    assert_eq!(asked.body["mfa_enrolment"], "enrol", "{}", asked.body);
    let token = TestApp::challenge_of(&asked);
    let phone = Authenticator::told(&app.set_up_totp(&token).await);
    let renewed = granted(app.verify(&token, &phone.code(app)).await);
    assert_eq!(app.refresh(&by_console.refresh).await.status, 401, "the new one is in its place");
    granted(app.refresh(&renewed.refresh).await);
}

#[tokio::test]
async fn a_session_on_a_trusted_device_is_asked_once_its_trust_has_ended() {
    let ada = Ada::new().await;
    let (app, home) = (&ada.app, ada.app.home());
    let trusted = home.device(ada.user, true).await;
    home.always_asks().await;
    let mut tokens = granted(app.redeem_on(&trusted.token, &app.ticket(ada.user).await).await);
    for _ in 0..3 {
        app.clock.advance(Span::hours(24));
        tokens = granted(app.refresh(&tokens.refresh).await);
    }
    app.clock.advance(Span::hours(13 * 24));
    tokens = granted(app.refresh(&tokens.refresh).await);
    app.clock.advance(Span::hours(13 * 24));
    tokens = granted(app.refresh(&tokens.refresh).await);
    let without = app.count("SELECT count(*) FROM challenges");
    assert_eq!(without, 0);

    let path = format!("/mfa/trusted-devices/{}", trusted.id);
    let forgotten = app.delete(&path, &tokens.access).await;
    assert!((200..300).contains(&forgotten.status), "{}", forgotten.body);
    asked(&app.refresh(&tokens.refresh).await);
}

#[tokio::test]
async fn a_dead_session_takes_its_challenge_along() {
    let ada = Ada::new().await;
    let app = &ada.app;
    let admin = app.sign_in(app.admin).await.access;
    let asked = async || {
        app.home().asks_for(MfaPolicy::default()).await;
        let tokens = ada.sign_in().await;
        app.home().always_asks().await;
        let challenge = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
        (tokens, challenge)
    };
    let opened = "SELECT count(*) FROM sessions";

    let (tokens, challenge) = asked().await;
    let out = app.request("POST", "/auth/logout").json(json!({ "refresh_token": tokens.refresh }));
    assert_eq!(out.send().await.status, 200);
    let before = app.count(opened);
    assert_eq!(ada.prove(&challenge).await.refusal(), OVER);

    let (tokens, challenge) = asked().await;
    let end = format!("/auth/me/sessions/{}", sid(&tokens));
    assert_eq!(app.delete(&end, &tokens.access).await.status, 200);
    assert_eq!(ada.prove(&challenge).await.refusal(), OVER);

    let (_, challenge) = asked().await;
    let path = format!("/admin/memberships/{}", ada.user);
    let moved = app.put(&path, &admin, json!({ "role": "support" })).await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    assert_eq!(ada.prove(&challenge).await.refusal(), OVER);
    assert_eq!(app.count(opened), before + 2, "none but the password's");
}

#[tokio::test]
async fn two_challenges_of_one_session_renew_it_once() {
    let ada = Ada::new().await;
    let tokens = ada.sign_in().await;
    ada.app.home().always_asks().await;
    let first = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    let second = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    assert_ne!(first, second);
    granted(ada.prove(&first).await);
    ada.app.clock.advance(Span::seconds(30));
    assert_eq!(ada.prove(&second).await.refusal(), OVER);
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_a_renewal_raced_64_times_opens_one_session_and_ends_one() {
    let ada = Ada::new().await;
    let tokens = ada.sign_in().await;
    ada.app.home().always_asks().await;
    let mut challenges = Vec::new();
    for _ in 0..8 {
        challenges.push(asked(&ada.refresh(&tokens, HOME, FIREFOX).await));
    }
    let code = ada.phone.code(&ada.app);
    let answers = storm(64, |n| {
        let body = json!({ "challenge_token": challenges[n % 8], "code": code });
        ada.app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).send()
    })
    .await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions"), 2);
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions WHERE end_reason = 'renewed'"), 1);
}

#[tokio::test]
async fn p09_a_session_that_is_ended_at_the_last_moment_is_not_renewed() {
    let ada = Ada::new().await;
    let tokens = ada.sign_in().await;
    ada.app.home().always_asks().await;
    let challenge = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    let parts = ada.app.parts.clone();
    let out = Logout { person: None, refresh_token: Some(SecretString::new(tokens.refresh.clone())) };
    ada.app.faults.before_next_commit(async move {
        session::logout(&parts, out, &Source::default()).await.expect("signs out");
    });
    assert_eq!(ada.prove(&challenge).await.refusal(), OVER);
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions WHERE ended_at IS NULL"), 0);
    assert_eq!(ada.app.count("SELECT count(*) FROM sessions"), 1);
}

#[tokio::test]
async fn where_a_session_began_a_refresh_reads_once() {
    let ada = Ada::at_home().await;
    let tokens = ada.sign_in().await;
    let here = Source { ip: HOME.parse().ok(), user_agent: Some(FIREFOX.to_owned()), ..Source::default() };
    let next_address = Source { ip: "198.18.49.200".parse().ok(), ..here.clone() };
    let mut token = tokens.refresh;
    for source in [here, next_address] {
        let before = ada.app.faults.counts();
        let answer = session::refresh(&ada.app.parts, &SecretString::new(token), None, &source).await;
        let Ok(signin::Answer::SignedIn(next)) = answer else { panic!("{answer:?}") };
        token = next.refresh_token.expect("a refresh token").expose().to_owned();
        let after = ada.app.faults.counts();
        assert_eq!((after.reads - before.reads, after.commits - before.commits), (1, 1), "{source:?}");
    }
}

#[tokio::test]
async fn repeated_refreshes_do_not_pile_up_challenges() {
    let mut setup = Setup::default();
    setup.policy.quotas.account.requests = 3;
    let ada = Ada::with(setup).await;
    let (tokens, other) = (ada.sign_in().await, ada.sign_in().await);
    ada.app.home().always_asks().await;
    for _ in 0..3 {
        asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    }
    let throttled = ada.refresh(&tokens, HOME, FIREFOX).await;
    assert_eq!(throttled.status, 429, "{}", throttled.body);
    assert_eq!(ada.app.count("SELECT count(*) FROM challenges"), 3);
    asked(&ada.refresh(&other, HOME, FIREFOX).await);
}

#[tokio::test]
async fn s49_a_renewed_session_lives_no_longer_than_the_old_one_would() {
    let ada = Ada::new().await;
    let mut old = ada.sign_in().await;
    for _ in 0..2 {
        ada.app.clock.advance(Span::hours(10 * 24));
        old = granted(ada.refresh(&old, HOME, FIREFOX).await);
    }
    ada.app.home().always_asks().await;
    granted(ada.prove(&asked(&ada.refresh(&old, HOME, FIREFOX).await)).await);
    let ends = "SELECT count(DISTINCT expires_at) FROM sessions";
    assert_eq!((ada.app.count("SELECT count(*) FROM sessions"), ada.app.count(ends)), (2, 1));
}

#[tokio::test]
async fn a_lost_answer_of_a_renewal_is_given_again() {
    let ada = Ada::new().await;
    let tokens = ada.sign_in().await;
    ada.app.home().always_asks().await;
    let challenge = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    let code = ada.phone.code(&ada.app);
    let verify = async || {
        let body = json!({ "challenge_token": challenge, "code": code });
        let request = ada.app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body);
        granted(request.header("idempotency-key", "k1-0123456789abcdef").send().await)
    };
    let (first, again) = (verify().await, verify().await);
    assert_eq!((&first.refresh, first.claims()), (&again.refresh, again.claims()));
}

#[tokio::test]
async fn where_nobody_minds_a_session_goes_on_anywhere_with_anything() {
    let ada = Ada::at_home().await;
    ada.mind(json!({ "session_risk_enabled": false })).await;
    let mut tokens = ada.sign_in().await;
    for (ip, agent) in [(JAPAN, FIREFOX), (BAD, "curl/8"), (HOME, ""), (CAFE, FIREFOX)] {
        tokens = granted(ada.refresh(&tokens, ip, agent).await);
    }
    assert_eq!(ada.app.count("SELECT count(*) FROM risk_events"), 0);
}

#[tokio::test]
async fn a_session_that_moves_is_asked_or_ended_as_its_tenant_weighs_it() {
    let ada = Ada::at_home().await;
    let tokens = ada.sign_in().await;
    let usual = granted(ada.refresh(&tokens, HOME, FIREFOX).await);
    let usual = granted(ada.refresh(&usual, CAFE, "firefox/141").await);
    for (ip, agent, level, reason) in [
        (HOME, "curl/8", "medium", "session_changed"),
        (HOME, "", "medium", "session_changed"),
        (SERVER, FIREFOX, "medium", "anonymous_network"),
        (JAPAN, FIREFOX, "high", "session_changed"),
    ] {
        ada.app.clock.advance(Span::hours(24));
        let fresh = ada.sign_in().await;
        ada.app.learn().await;
        ada.app.clock.advance(Span::hours(23));
        let answer = ada.refresh(&fresh, ip, agent).await;
        asked(&answer);
        let told = (&answer.body["risk_level"], &answer.body["mfa_check_reason"]);
        assert_eq!(told, (&json!(level), &json!(reason)), "{ip} {agent}: {}", answer.body);
        granted(ada.refresh(&fresh, HOME, FIREFOX).await);
    }
    assert_eq!(ada.app.count("SELECT count(*) FROM risk_events WHERE outcome = 'challenged'"), 4);

    let weights = json!({ "signal_weights": { "session_hijack": 0 } });
    ada.mind(weights).await;
    granted(ada.refresh(&usual, HOME, "curl/8").await);
}

#[tokio::test]
async fn a_session_that_nobody_believes_to_be_its_users_is_ended_and_told_of() {
    let ada = Ada::at_home().await;
    let (stolen, other) = (ada.sign_in().await, ada.sign_in().await);
    assert_eq!(ada.refresh(&stolen, BAD, FIREFOX).await.refusal(), INVALID);
    assert_eq!(ada.refresh(&stolen, HOME, FIREFOX).await.refusal(), INVALID, "it is over at home, too");
    assert_eq!(ada.app.me(&stolen.access).await.status, 401);
    granted(ada.refresh(&other, HOME, FIREFOX).await);
    for count in [
        "SELECT count(*) FROM sessions WHERE end_reason = 'risk'",
        "SELECT count(*) FROM audit_log WHERE name = 'risk.refused'",
        "SELECT count(*) FROM audit_log WHERE name = 'session.ended'",
        "SELECT count(*) FROM risk_events WHERE outcome = 'refused' AND level = 'critical'",
    ] {
        assert_eq!(ada.app.count(count), 1, "{count}");
    }
}

#[tokio::test]
async fn two_factors_at_the_sign_in_say_nothing_of_who_moves_on_and_a_trusted_device_does() {
    let (ada, trusted) = Ada::at_home_with_a_device().await;
    ada.app.home().always_asks().await;
    let login = json!({ "identity": "ada", "password": PASSWORD });
    let login = ada.app.request("POST", "/api/v1/auth/login").json(login).from(HOME);
    let challenge = TestApp::challenge_of(&login.header("user-agent", FIREFOX).send().await);
    let body = json!({ "challenge_token": challenge, "code": ada.phone.code(&ada.app) });
    let verify = ada.app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).from(HOME);
    let tokens = granted(verify.header("user-agent", FIREFOX).send().await);
    let tokens = granted(ada.refresh(&tokens, HOME, FIREFOX).await);

    let moved = ada.refresh(&tokens, HOME, "curl/8").await;
    let challenge = asked(&moved);
    assert_eq!(moved.body["mfa_check_reason"], "session_changed");
    let tokens = granted(ada.refresh_on(&trusted.token, &tokens, HOME, "curl/8").await);
    ada.app.clock.advance(Span::seconds(30));
    let new = granted(ada.prove(&challenge).await);
    assert_eq!(ada.app.refresh(&tokens.refresh).await.refusal(), INVALID, "the factor took its place");
    assert_ne!(sid(&new), sid(&tokens));
}

#[tokio::test]
async fn a_proved_session_is_not_asked_again_where_it_went() {
    let ada = Ada::at_home().await;
    let tokens = ada.sign_in().await;
    let challenge = asked(&ada.refresh(&tokens, JAPAN, FIREFOX).await);
    let body = json!({ "challenge_token": challenge, "code": ada.phone.code(&ada.app) });
    let verify = ada.app.request("POST", "/api/v1/auth/mfa/verify-challenge").json(body).from(JAPAN);
    let mut new = granted(verify.header("user-agent", FIREFOX).send().await);
    for _ in 0..3 {
        ada.app.clock.advance(Span::seconds(1700));
        new = granted(ada.refresh(&new, JAPAN, FIREFOX).await);
    }
}

#[tokio::test]
async fn risk_alone_asks_nobody_for_what_they_never_had() {
    let ada = Ada::at_home().await;
    let bob = ada.app.home().user_with_password("bob", Role::Member, PASSWORD).await;
    let login = json!({ "identity": "bob", "password": PASSWORD });
    let login = ada.app.request("POST", "/api/v1/auth/login").json(login).from(HOME);
    let tokens = granted(login.header("user-agent", FIREFOX).send().await);
    granted(ada.refresh(&tokens, HOME, "curl/8").await);
    let kept = format!("SELECT count(*) FROM risk_events WHERE user_id = x'{}'", hex(bob.bytes()));
    assert_eq!(ada.app.count(&kept), 1, "but it is kept");
}

#[tokio::test]
async fn a_repetition_from_elsewhere_is_decided_too() {
    let ada = Ada::at_home().await;
    let first = ada.sign_in().await;
    let second = granted(ada.refresh(&first, HOME, FIREFOX).await);
    asked(&ada.refresh(&first, HOME, "curl/8").await);
    let again = granted(ada.refresh(&first, HOME, FIREFOX).await);
    assert_eq!(again.refresh, second.refresh, "another tab of the same browser");
    assert_eq!(ada.refresh(&first, BAD, FIREFOX).await.refusal(), INVALID);
    assert_eq!(ada.refresh(&second, HOME, FIREFOX).await.refusal(), INVALID, "the session is over");
}

#[tokio::test]
async fn sessions_that_a_client_opened_raise_no_alarm_wherever_it_is() {
    let ada = Ada::at_home().await;
    let (client, secret) = ada.app.client("shop", &[Purpose::Sso]).await;
    let body = json!({ "ticket": ada.app.ticket(ada.user).await });
    let signin = ada.app.signin(body).basic(&client, &secret).from(SERVER).header("user-agent", "shop/1");
    let mut tokens = granted(signin.send().await);
    for (ip, agent) in [(HOME, FIREFOX), (JAPAN, FIREFOX), (SERVER, "shop/2"), (BAD, "")] {
        tokens = granted(ada.refresh(&tokens, ip, agent).await);
    }

    ada.app.home().always_asks().await;
    let challenge = asked(&ada.refresh(&tokens, HOME, FIREFOX).await);
    assert_eq!(ada.prove(&challenge).await.refusal(), OVER, "the client completes what it began");
    let code = ada.phone.code(&ada.app);
    let body =
        json!({ "challenge_token": challenge, "code": code, "client_id": client, "client_secret": secret });
    let new = granted(ada.app.verify_with(body).await);
    assert_eq!(new.claims()["client_id"], client);
    assert_eq!(ada.app.refresh(&tokens.refresh).await.refusal(), INVALID);
    granted(ada.app.refresh(&new.refresh).await);
}

#[tokio::test]
async fn a_session_by_a_password_that_must_be_changed_does_not_go_on() {
    let ada = Ada::new().await;
    let (by_password, by_ticket) = (ada.sign_in().await, ada.app.sign_in(ada.user).await);
    let admin = ada.app.sign_in(ada.app.admin).await.access;
    let expiry = json!({ "expiry_days": 1, "warning_days": 0, "grace_days": 0 });
    let set = ada.app.put("/admin/security/password-policy", &admin, expiry).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let by_password = granted(ada.refresh(&by_password, HOME, FIREFOX).await);
    ada.app.clock.advance(Span::hours(25));
    assert_eq!(ada.refresh(&by_password, HOME, FIREFOX).await.refusal(), INVALID);
    granted(ada.app.refresh(&by_ticket.refresh).await);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
