//! What time it is, clients do not say.

use super::stage::PASSWORD;
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::time::{Span, Timestamp};
use authms_testkit::{Answer, Authenticator, SoftPasskey, TestApp, Tokens};
use serde_json::{Value, json};

const TICKET: (u16, u64) = (400, 40000401);
const CODE: (u16, u64) = (400, 61000402);
const CHALLENGE: (u16, u64) = (403, 61000403);
const SENT_CODE: (u16, u64) = (400, 40001301);
const PASSKEY: (u16, u64) = (400, 40001401);
const HOUR: Span = Span::hours(1);

/// Names under which a time might be listened to.
const MEMBERS: [&str; 9] =
    ["timestamp", "now", "time", "date", "iat", "exp", "current_time", "client_time", "server_time"];
const HEADERS: [&str; 8] = [
    "x-time",
    "x-timestamp",
    "x-now",
    "x-date",
    "x-request-time",
    "x-amz-date",
    "x-client-time",
    "if-modified-since",
];

struct Ada {
    app: TestApp,
    user: UserId,
    phone: Authenticator,
    passkey: SoftPasskey,
}

impl Ada {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let tokens = Tokens::of(app.login("ada", PASSWORD).await);
        let passkey = app.passkey(&tokens.access, PASSWORD).await;
        let phone = app.home().authenticator(user).await;
        Self { app, user, phone, passkey }
    }

    /// Posts this from a client that says, in every way, that it is `then`.
    async fn post(&self, path: &str, mut body: Value, then: Timestamp) -> Answer {
        let (seconds, text) = (then.as_seconds(), then.to_string());
        for (n, member) in MEMBERS.into_iter().enumerate() {
            let said = [json!(seconds), json!(then.as_millis()), json!(text)];
            body[member] = said[n % said.len()].clone();
        }
        let path = format!("{path}?now={seconds}&timestamp={seconds}&time={text}");
        let mut request = self.app.request("POST", &path).json(body).header("date", &http_date(then));
        for header in HEADERS {
            request = request.header(header, if header.contains("stamp") { &text } else { "0" });
            request = request.header(header, &seconds.to_string());
        }
        request.send().await
    }

    async fn challenge(&self) -> String {
        TestApp::challenge_of(&self.app.login("ada", PASSWORD).await)
    }

    fn prove(&self, challenge: &str, code: String) -> Value {
        json!({ "challenge_token": challenge, "code": code, "mfa_method": "totp" })
    }
}

/// As `Date` has it (RFC 9110 §5.6.7).
fn http_date(at: Timestamp) -> String {
    let text = at.to_string();
    format!("Thu, {} Jan {} {} GMT", &text[8..10], &text[..4], &text[11..19])
}

#[tokio::test]
async fn s21_client_supplied_time_is_ignored() {
    let ada = Ada::new().await;
    let app = &ada.app;
    let before = || app.parts.now().minus(HOUR);
    let signin = "/auth/ticket/signin";

    // Who says that it is earlier brings nothing back.
    let ticket = json!({ "ticket": app.ticket(ada.user).await });
    let letter = json!({ "email": "ada@example.test", "code": app.home().login_code(ada.user).await });
    let assertion = json!({ "credential": ada.passkey.get(&app.request_options(json!({})).await) });
    let session = app.sign_in(ada.user).await;
    app.home().always_asks().await;
    let (challenge, early) = (ada.challenge().await, ada.phone.code(app));
    app.clock.advance(HOUR);
    assert_eq!(ada.post(signin, ticket, before()).await.refusal(), TICKET);
    assert_eq!(ada.post("/auth/login/email-code", letter, before()).await.refusal(), SENT_CODE);
    for path in ["/auth/webauthn/authenticate/complete", "/auth/webauthn/login/complete"] {
        let body = if path.contains("login") { assertion["credential"].clone() } else { assertion.clone() };
        assert_eq!(ada.post(path, body, before()).await.refusal(), PASSKEY, "{path}");
    }
    let verify = "/auth/mfa/verify-challenge";
    let body = ada.prove(&challenge, ada.phone.code(app));
    assert_eq!(ada.post(verify, body, before()).await.refusal(), CHALLENGE);
    let options = json!({ "challenge_token": challenge });
    assert_eq!(ada.post("/auth/mfa/passkey-options", options, before()).await.refusal(), CHALLENGE);
    let body = ada.prove(&ada.challenge().await, early);
    assert_eq!(ada.post(verify, body, before()).await.refusal(), CODE, "a code of an hour ago");
    app.clock.advance(Span::hours(15 * 24));
    let refresh = json!({ "refresh_token": session.refresh });
    assert_eq!(ada.post("/auth/refresh", refresh, app.parts.now().minus(Span::hours(360))).await.status, 401);

    // Who says that it is later, or long ago, loses nothing; and what is signed tells our time.
    for then in [app.parts.now().plus(Span::hours(24 * 365)), Timestamp::from_millis(0)] {
        app.clock.advance(Span::seconds(60));
        let body = ada.prove(&ada.challenge().await, ada.phone.code(app));
        let done = ada.post(verify, body, then).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let tokens = Tokens::of(done);
        let now = app.parts.now().as_seconds();
        assert_eq!((&tokens.claims()["iat"], &tokens.claims()["auth_time"]), (&json!(now), &json!(now)));
        let login = json!({ "identity": "ada", "password": PASSWORD });
        assert_eq!(ada.post("/auth/login", login, then).await.body["requires_mfa"], true);
        let ticket = json!({ "ticket": app.ticket(ada.user).await });
        assert_eq!(ada.post(signin, ticket, then).await.body["requires_mfa"], true);
        let assertion = ada.passkey.get(&app.request_options(json!({})).await);
        let by_passkey = json!({ "credential": assertion });
        assert_eq!(ada.post("/auth/webauthn/authenticate/complete", by_passkey, then).await.status, 200);
        let refreshed = ada.post("/auth/refresh", json!({ "refresh_token": tokens.refresh }), then).await;
        assert_eq!(Tokens::of(refreshed).claims()["iat"], now);
    }
}
