//! Enrolling, removing and changing second factors, and the step-up that this asks for.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{Answer, Authenticator, TestApp, Tokens};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

async fn ada() -> (TestApp, UserId, String) {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
    (app, user, bearer)
}

/// Ada with an authenticator app, and a session in which she proved it.
async fn ada_with_phone() -> (TestApp, UserId, Authenticator, String) {
    let (app, user, _) = ada().await;
    let phone = app.home().authenticator(user).await;
    let bearer = app.home().sign_in_by_factor("ada", PASSWORD, &phone).await.access;
    (app, user, phone, bearer)
}

async fn set_up(app: &TestApp, bearer: &str) -> Answer {
    app.post("/mfa/totp/setup", bearer, json!({ "device_name": "phone" })).await
}

fn authenticator(answer: &Answer) -> Authenticator {
    assert_eq!(answer.status, 200, "{}", answer.body);
    Authenticator::from_base32(answer.body["data"]["secret"].as_str().expect("a secret"))
}

async fn with_token(app: &TestApp, path: &str, bearer: &str, token: &str, body: Value) -> Answer {
    let request = app.request("POST", &format!("/api/v1{path}")).bearer(bearer);
    request.header("x-step-up-token", token).json(body).send().await
}

fn token_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["step_up_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn an_authenticator_app_is_enrolled_by_its_first_code() {
    let (app, _, bearer) = ada().await;
    let begun = set_up(&app, &bearer).await;
    let phone = authenticator(&begun);
    let data = &begun.body["data"];
    let url = data["qr_code_url"].as_str().expect("a URL");
    assert!(url.starts_with("otpauth://totp/") && url.contains("ada%40example.test?secret="), "{url}");
    assert!(data["qr_code"].as_str().is_some_and(|png| png.starts_with("data:image/png;base64,")));
    let methods = app.get("/mfa/methods", &bearer).await;
    assert_eq!(methods.body["items"][0]["verified"], false, "it counts for nothing yet");
    app.home().always_asks().await;
    assert_eq!(app.login("ada", PASSWORD).await.body["mfa_enrolment"], "await_release", "no factor yet");

    let wrong = app.post("/mfa/totp/verify", &bearer, json!({ "code": phone.wrong_code(&app) })).await;
    assert_eq!(wrong.refusal(), (400, 61000402));
    let code = phone.code(&app);
    assert_eq!(app.post("/mfa/totp/verify", &bearer, json!({ "code": code })).await.status, 200);
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    assert_eq!(app.verify(&challenge, &code).await.refusal(), (400, 61000402), "s20: that step is spent");
    app.clock.advance(Span::seconds(30));
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.status, 200);
    for shown in ["/mfa/methods", "/mfa/totp/devices"] {
        let text = app.get(shown, &bearer).await.body.to_string();
        assert!(!text.contains(data["secret"].as_str().expect("a secret")), "{shown}");
    }
}

#[tokio::test]
async fn an_enrolment_waits_fifteen_minutes_and_the_next_replaces_it() {
    let (app, _, bearer) = ada().await;
    let first = authenticator(&set_up(&app, &bearer).await);
    let second = authenticator(&set_up(&app, &bearer).await);
    let verify = |code: String| app.post("/mfa/totp/verify", &bearer, json!({ "code": code }));
    assert_eq!(verify(first.code(&app)).await.refusal(), (400, 61000402));
    app.clock.advance(Span::seconds(900));
    assert_eq!(verify(second.code(&app)).await.refusal(), (409, 40001503));
    assert_eq!(app.count("SELECT count(*) FROM factors"), 1);
}

#[tokio::test]
async fn five_apps_are_enough() {
    let (app, user, _, bearer) = ada_with_phone().await;
    for _ in 0..4 {
        app.home().authenticator(user).await;
    }
    assert_eq!(set_up(&app, &bearer).await.refusal(), (409, 40001504));
}

#[tokio::test]
async fn s28_a_factor_is_changed_only_by_who_proved_themself_just_now() {
    let (app, user, phone, bearer) = ada_with_phone().await;
    let device = app.get("/mfa/totp/devices", &bearer).await.body["items"][0]["device_id"].clone();
    let device = device.as_str().expect("a device").to_owned();
    let changes = [
        ("POST", "/mfa/totp/setup".to_owned(), json!({})),
        ("POST", "/mfa/totp/devices".to_owned(), json!({ "device_name": "x" })),
        ("POST", "/mfa/totp/disable".to_owned(), json!({})),
        ("POST", format!("/mfa/totp/devices/{device}/disable"), json!({})),
        ("POST", format!("/mfa/totp/devices/{device}/enable"), json!({})),
        ("DELETE", format!("/mfa/totp/devices/{device}"), json!({})),
        ("DELETE", "/mfa/methods/totp".to_owned(), json!({})),
        ("POST", format!("/mfa/credentials/{device}/primary"), json!({ "type": "totp" })),
        ("POST", "/mfa/backup-codes/generate".to_owned(), json!({})),
    ];
    // By password alone, by ticket, and by a factor that was proved too long ago.
    let by_password = Tokens::of(app.login("ada", PASSWORD).await).access;
    let by_ticket = app.sign_in(user).await.access;
    app.clock.advance(Span::seconds(300));
    for bearer in [&by_password, &by_ticket, &bearer] {
        let password_alone = app.post("/auth/re-authenticate", bearer, json!({ "password": PASSWORD })).await;
        assert_eq!(password_alone.refusal(), (400, 40001501));
        for (method, path, body) in &changes {
            let request = app.request(method, &format!("/api/v1{path}")).bearer(bearer).json(body.clone());
            let refused = request.send().await;
            assert_eq!(refused.refusal(), (401, 40800251), "{method} {path}");
            assert_eq!(refused.body["needs"], "factor");
        }
    }
    assert_eq!(app.count("SELECT count(*) FROM factors WHERE enabled = 1"), 1);
    let code = json!({ "method": "totp", "code": phone.code(&app), "user_id": user.to_string() });
    let token = token_of(&app.post("/mfa/step-up", &by_ticket, code).await);
    assert_eq!(
        with_token(&app, "/mfa/totp/setup", &bearer, &token, json!({})).await.refusal(),
        (401, 40800251),
        "it counts in its own session alone"
    );
    assert_eq!(with_token(&app, "/mfa/totp/setup", &by_ticket, &token, json!({})).await.status, 200);
    app.clock.advance(Span::seconds(300));
    assert_eq!(
        with_token(&app, "/mfa/totp/setup", &by_ticket, &token, json!({})).await.refusal(),
        (401, 40800251),
        "for five minutes"
    );
}

#[tokio::test]
async fn a_password_is_enough_for_the_first_factor() {
    let (app, _, bearer) = ada().await;
    app.clock.advance(Span::seconds(300));
    let refused = set_up(&app, &bearer).await;
    assert_eq!((refused.refusal(), &refused.body["needs"]), ((401, 40800251), &json!("password")));
    let wrong = app.post("/auth/re-authenticate", &bearer, json!({ "password": "not it, not at all" })).await;
    assert_eq!(wrong.refusal(), (401, 40000502));
    let token = token_of(&app.post("/auth/re-authenticate", &bearer, json!({ "password": PASSWORD })).await);
    assert_eq!(with_token(&app, "/mfa/totp/setup", &bearer, &token, json!({})).await.status, 200);
    assert_eq!(app.me(&token).await.status, 401, "s37: it is no access token");
}

#[tokio::test]
async fn no_ticket_session_passes_until_its_user_has_proven_something() {
    let (app, user, _) = ada().await;
    let key = app
        .home()
        .key(
            &[authms_core::access::Permission::TicketMint, authms_core::access::Permission::TicketVouch],
            Role::Member,
        )
        .await;
    let vouched = json!({ "user_id": user.to_string(), "subject_amr": ["pwd", "otp", "mfa"], "subject_auth_time": app.parts.now().as_seconds() });
    let ticket = app.mint(key.raw.expose(), vouched).await;
    let session = Tokens::of(app.redeem(&ticket).await);
    assert_eq!(session.claims()["amr"], json!(["pwd", "otp", "mfa"]), "vouched for");
    assert_eq!(set_up(&app, &session.access).await.refusal(), (401, 40800251));
    let again = app.post("/auth/re-authenticate", &session.access, json!({ "password": PASSWORD })).await;
    let token = token_of(&again);
    assert_eq!(with_token(&app, "/mfa/totp/setup", &session.access, &token, json!({})).await.status, 200);
}

#[tokio::test]
async fn a_ticket_of_the_command_line_enrols_a_first_factor_and_no_second() {
    let (app, user, _) = ada().await;
    let bearer = app.sign_in(user).await.access;
    let phone = authenticator(&set_up(&app, &bearer).await);
    let code = phone.code(&app);
    assert_eq!(app.post("/mfa/totp/verify", &bearer, json!({ "code": code })).await.status, 200);
    assert_eq!(set_up(&app, &bearer).await.refusal(), (401, 40800251));
    let late = app.home().user("late", Role::Member).await;
    let bearer = app.sign_in(late).await.access;
    app.clock.advance(Span::seconds(900));
    assert_eq!(set_up(&app, &bearer).await.refusal(), (401, 40800251), "for fifteen minutes");
}

#[tokio::test]
async fn a_removed_factor_takes_the_recovery_codes_and_other_sessions_with_it() {
    let (app, user, phone, bearer) = ada_with_phone().await;
    let other = app.sign_in(user).await.access;
    assert_eq!(app.post("/mfa/backup-codes/generate", &bearer, json!({})).await.status, 200);
    let body = json!({ "code": phone.code_after(&app, 1), "end_other_sessions": true });
    assert_eq!(app.post("/mfa/totp/disable", &bearer, body).await.status, 200);
    assert_eq!(app.count("SELECT count(*) FROM factors"), 0);
    assert_eq!(app.count("SELECT count(*) FROM recovery_codes"), 0);
    assert_eq!((app.me(&other).await.status, app.me(&bearer).await.status), (401, 200));
    let mut told: Vec<_> = app.post_leaves().await.into_iter().map(|letter| letter.subject).collect();
    told.sort_unstable();
    assert_eq!(told, ["A further proof was set up", "A proof was removed"]);
}

#[tokio::test]
async fn the_last_factor_stays_where_the_tenant_always_asks() {
    let (app, _, _, bearer) = ada_with_phone().await;
    app.home().always_asks().await;
    let refused = app.post("/mfa/totp/disable", &bearer, json!({})).await;
    assert_eq!(refused.refusal(), (409, 40001505));
    let device = app.get("/mfa/totp/devices", &bearer).await.body["items"][0]["device_id"].clone();
    let off = format!("/mfa/totp/devices/{}/disable", device.as_str().expect("a device"));
    assert_eq!(app.post(&off, &bearer, json!({})).await.refusal(), (409, 40001505));
}

#[tokio::test]
async fn s19_a_hundred_failures_in_a_row_switch_a_factor_off_and_others_work() {
    let (app, user, phone, bearer) = ada_with_phone().await;
    let made = app.post("/mfa/backup-codes/generate", &bearer, json!({})).await;
    let recovery = made.body["data"]["codes"][0].as_str().expect("a code").to_owned();
    app.clock.advance(Span::seconds(30));
    let mut tokens = app.home().sign_in_by_factor("ada", PASSWORD, &phone).await;
    app.home().always_asks().await;
    // p07: fresh challenges, and the step-up of a session, count together.
    let mut told = 0;
    for _ in 0..60 {
        app.clock.advance(Span::seconds(61));
        let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
        told += i32::from(app.verify(&challenge, &phone.wrong_code(&app)).await.code() == 61000402);
        app.clock.advance(Span::seconds(61));
        let body = json!({ "method": "totp", "code": phone.wrong_code(&app), "user_id": user.to_string() });
        tokens = Tokens::of(app.refresh(&tokens.refresh).await);
        let session = app.post("/mfa/step-up", &tokens.access, body).await;
        told += i32::from(session.code() == 61000402);
        if told >= 100 {
            break;
        }
    }
    assert_eq!(told, 100);
    assert_eq!(app.count("SELECT failures FROM factors WHERE kind = 'totp'"), 100);
    let asked = app.redeem(&app.ticket(user).await).await;
    assert_eq!(asked.body["required_mfa_methods"], json!(["backup"]), "{}", asked.body);
    let challenge = TestApp::challenge_of(&asked);
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.refusal(), (400, 61000404));
    let body = json!({ "challenge_token": challenge, "code": recovery, "mfa_method": "backup" });
    let bearer = Tokens::of(app.verify_with(body).await).access;
    let methods = app.get("/mfa/methods", &bearer).await;
    let items = methods.body["items"].as_array().expect("factors");
    let totp = items.iter().find(|f| f["method_type"] == "totp").expect("the app");
    assert_eq!(totp["blocked"], true);
    let device = totp["id"].as_str().expect("a factor").to_owned();
    let on = app.post(&format!("/mfa/totp/devices/{device}/enable"), &bearer, json!({})).await;
    assert_eq!(on.status, 200, "who proved another factor switches it on again");
    let challenge = TestApp::challenge_of(&app.redeem(&app.ticket(user).await).await);
    assert_eq!(app.verify(&challenge, &phone.code(&app)).await.status, 200);
}

#[tokio::test]
async fn p08_a_secret_is_shown_to_its_user_alone_and_once() {
    let (app, user, bearer) = ada().await;
    let begun = set_up(&app, &bearer).await;
    let secret = begun.body["data"]["secret"].as_str().expect("a secret").to_owned();
    let admin = app.home().user_with_password("root", Role::SuperAdmin, PASSWORD).await;
    let admin = app.sign_in(admin).await.access;
    for path in [
        format!("/mfa/methods?user_id={user}"),
        format!("/mfa/totp/devices?user_id={user}"),
        format!("/mfa/status/{user}"),
    ] {
        for bearer in [&admin, &bearer] {
            let answer = app.get(&path, bearer).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            assert!(!answer.body.to_string().contains(&secret), "{path}");
        }
    }
    assert!(!app.at_rest().holds(secret.as_bytes()));
}

#[tokio::test]
async fn nobody_reaches_the_factors_of_others() {
    let (app, user, _, bearer) = ada_with_phone().await;
    let (_, mallory) = app.home().signed_in("mallory", Role::Member).await;
    let device = app.get("/mfa/totp/devices", &bearer).await.body["items"][0]["device_id"].clone();
    let device = device.as_str().expect("a device");
    assert_eq!(app.get(&format!("/mfa/totp/devices/{device}"), &mallory).await.refusal(), (404, 40001502));
    assert_eq!(app.get(&format!("/mfa/methods?user_id={user}"), &mallory).await.status, 403);
    let own = format!("/mfa/methods/totp?user_id={user}");
    assert_eq!(app.delete(&own, &mallory).await.status, 404);
    let other = app.another_tenant("other").await;
    let outsider = other.signed_in("root", Role::SuperAdmin).await.1;
    assert_eq!(app.get(&format!("/mfa/status/{user}"), &outsider).await.status, 404);
}
