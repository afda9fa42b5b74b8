//! Identifiers and secrets that somebody else chose, and users who change places.

use authms_core::access::Role;
use authms_testkit::{Answer, Authenticator, KnownDevice, TestApp, TestRequest, Tokens, jwt};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";

/// Mallory is signed in and has a device; Bob has a password and an authenticator app.
struct Scene {
    app: TestApp,
    mallory: Tokens,
    device: KnownDevice,
    phone: Authenticator,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let mallory = app.user("mallory", Role::Member).await;
        let device = app.home().device(mallory, true).await;
        let mallory = Tokens::of(app.redeem_on(&device.token, &app.ticket(mallory).await).await);
        let bob = app.home().user_with_password("bob", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(bob).await;
        Self { app, mallory, device, phone }
    }

    fn sid(&self) -> String {
        sid(&self.mallory)
    }

    /// A request with all that Mallory would plant in Bob's browser.
    fn planted(&self, path: &str, mut body: Value) -> TestRequest {
        let sid = self.sid();
        for (member, value) in [
            ("sid", sid.as_str()),
            ("session_id", &sid),
            ("challenge_id", &sid),
            ("id", &sid),
            ("jti", &sid),
            ("refresh_token", &self.mallory.refresh),
            ("access_token", &self.mallory.access),
            ("device_token", &self.device.token),
        ] {
            if body.get(member).is_none() {
                body[member] = json!(value);
            }
        }
        let cookies = format!("session_id={sid}; sid={sid}; refresh_token={}", self.mallory.refresh);
        let request = self.app.request("POST", path).bearer(&self.mallory.access).device(&self.device.token);
        request.header("cookie", &cookies).header("x-session-id", &sid).json(body)
    }

    /// It is Bob's alone, and new.
    async fn assert_bobs(&self, tokens: &Tokens, way: &str) {
        assert_ne!(sid(tokens), self.sid(), "{way}");
        assert_ne!(tokens.refresh, self.mallory.refresh, "{way}");
        assert_eq!(self.name(&tokens.access).await, "bob", "{way}");
        assert_eq!(self.name(&self.mallory.access).await, "mallory", "{way}: nobody is switched");
        let adopted = self.app.count(
            "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id
                                      WHERE u.username = 'bob' AND s.device_id IS NOT NULL",
        );
        assert_eq!(adopted, 0, "{way}: another user's device is nobody's");
    }

    async fn name(&self, access: &str) -> String {
        self.app.me(access).await.body["data"]["username"].as_str().unwrap_or("nobody").to_owned()
    }
}

fn sid(tokens: &Tokens) -> String {
    tokens.claims()["sid"].as_str().expect("a session").to_owned()
}

fn granted(answer: Answer) -> Tokens {
    assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(false)), "{}", answer.body);
    assert!(answer.headers.get("set-cookie").is_none());
    Tokens::of(answer)
}

#[tokio::test]
async fn p19_no_sign_in_takes_over_what_was_planted() {
    let scene = Scene::new().await;
    let login = json!({ "identity": "bob", "password": PASSWORD });
    let by_password = granted(scene.planted("/auth/login", login.clone()).send().await);
    scene.assert_bobs(&by_password, "a password").await;

    let bob =
        authms_core::id::UserId::parse(by_password.claims()["sub"].as_str().expect("sub")).expect("Bob");
    let ticket = json!({ "ticket": scene.app.ticket(bob).await });
    let by_ticket = granted(scene.planted("/auth/ticket/signin", ticket).send().await);
    scene.assert_bobs(&by_ticket, "a ticket").await;

    scene.app.home().always_asks().await;
    let challenge = TestApp::challenge_of(&scene.planted("/auth/login", login).send().await);
    assert_ne!(jwt::claims(&challenge)["jti"], json!(scene.sid()), "a challenge is of our making, too");
    let body = json!({ "challenge_token": challenge, "code": scene.phone.code(&scene.app) });
    let by_factor = granted(scene.planted("/auth/mfa/verify-challenge", body).send().await);
    scene.assert_bobs(&by_factor, "a second factor").await;

    let old = json!({ "refresh_token": by_password.refresh });
    let challenge = TestApp::challenge_of(&scene.planted("/auth/refresh", old).send().await);
    scene.app.clock.advance(authms_core::time::Span::seconds(30));
    let body = json!({ "challenge_token": challenge, "code": scene.phone.code(&scene.app) });
    let renewed = granted(scene.planted("/auth/mfa/verify-challenge", body).send().await);
    scene.assert_bobs(&renewed, "a renewal").await;
    assert_ne!(sid(&renewed), sid(&by_password));
}

#[tokio::test]
async fn p19_a_refresh_stays_with_its_user_whoever_the_bearer_is() {
    let scene = Scene::new().await;
    let login = json!({ "identity": "bob", "password": PASSWORD });
    let bob = granted(scene.app.request("POST", "/auth/login").json(login).send().await);
    let own = json!({ "refresh_token": bob.refresh });
    let refreshed = granted(scene.planted("/auth/refresh", own).send().await);
    assert_eq!(sid(&refreshed), sid(&bob));
    scene.assert_bobs(&refreshed, "a refresh").await;
    let mallorys = json!({ "refresh_token": scene.mallory.refresh });
    let request = scene.app.request("POST", "/auth/refresh").bearer(&bob.access).json(mallorys);
    assert_eq!(scene.name(&granted(request.send().await).access).await, "mallory");
}
