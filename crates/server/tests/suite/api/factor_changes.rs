//! What a change of factors does besides: it weighs at the next sign-ins, and takes trust in devices with it.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, Authenticator, TestApp, Tokens};
use serde_json::{Value, json};

const STEP_UP: (u16, u64) = (401, 40800251);

struct Ada {
    app: TestApp,
    user: UserId,
    phone: Authenticator,
}

impl Ada {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = app.home().authenticator(user).await;
        app.clock.advance(Span::hours(48));
        Self { app, user, phone }
    }

    /// A session in which she proved both factors just now.
    async fn by_factor(&self) -> String {
        self.app.clock.advance(Span::seconds(30));
        self.app.home().sign_in_by_factor("ada", PASSWORD, &self.phone).await.access
    }

    /// The app that she has had from the beginning.
    async fn app_path(&self, bearer: &str) -> String {
        let listed = self.app.get("/mfa/totp/devices", bearer).await;
        format!("/mfa/totp/devices/{}", listed.body["items"][0]["device_id"].as_str().expect("a device"))
    }

    async fn act(&self, method: &str, path: &str, bearer: &str, body: Value) -> Answer {
        let answer = self.app.request(method, path).bearer(bearer).json(body).send().await;
        assert!(matches!(answer.status, 200 | 204), "{method} {path}: {}", answer.body);
        answer
    }

    /// Enrols one more app, and leaves it there.
    async fn enrol(&self, bearer: &str) {
        let begun = self.act("POST", "/mfa/totp/setup", bearer, json!({})).await;
        let second = Authenticator::from_base32(begun.body["data"]["secret"].as_str().expect("a secret"));
        let code = json!({ "code": second.code(&self.app) });
        self.act("POST", "/mfa/totp/verify", bearer, code).await;
    }

    /// Does one thing to her factors.
    async fn change(&self, what: &str) {
        let bearer = self.by_factor().await;
        let path = self.app_path(&bearer).await;
        let nothing = json!({});
        match what {
            "enrolled" => self.enrol(&bearer).await,
            "switched off" => drop(self.act("POST", &format!("{path}/disable"), &bearer, nothing).await),
            "switched on" => drop(self.act("POST", &format!("{path}/enable"), &bearer, nothing).await),
            "codes" => drop(self.act("POST", "/mfa/backup-codes/generate", &bearer, nothing).await),
            "removed" => drop(self.act("DELETE", &path, &bearer, nothing).await),
            "registered" => drop(self.app.passkey(&bearer, PASSWORD).await),
            _ => drop(self.act("DELETE", "/mfa/methods/passkey", &bearer, nothing).await),
        }
    }

    /// Whether the change of a factor weighs at a sign-in now.
    async fn weighs(&self) -> bool {
        assert_eq!(self.app.login("ada", PASSWORD).await.status, 200);
        self.app.risk_record().contains("mfa_method_changed")
    }

    /// A device that is trusted, in the tenant that asks for a second factor at every sign-in.
    async fn trusted(&self) -> String {
        let bearer = self.by_factor().await;
        let made = self.app.register_device(&bearer, "", json!({})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["data"]["device_token"].as_str().expect("a secret").to_owned()
    }

    async fn is_trusted(&self, device: &str) -> bool {
        self.app.home().always_asks().await;
        let answer = self.app.redeem_on(device, &self.app.ticket(self.user).await).await;
        self.app.home().asks_for(MfaPolicy::default()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["requires_mfa"] == json!(false)
    }
}

#[tokio::test]
async fn every_change_of_a_factor_weighs_at_the_next_sign_in() {
    let ada = Ada::new().await;
    for what in ["registered", "unregistered", "codes", "codes", "switched on", "enrolled", "removed"] {
        ada.app.clock.advance(Span::hours(73));
        assert!(!ada.weighs().await, "before {what}");
        ada.change(what).await;
        assert!(ada.weighs().await, "{what}");
    }
    let ada = Ada::new().await;
    ada.enrol(&ada.by_factor().await).await;
    ada.app.clock.advance(Span::hours(73));
    ada.change("switched off").await;
    assert!(ada.weighs().await);
}

#[tokio::test]
async fn trust_in_devices_ends_with_a_factor_that_goes_and_with_none_that_comes() {
    let (stays, ends) = (true, false);
    let ada = Ada::new().await;
    for (what, outcome) in [
        ("registered", stays),
        ("unregistered", ends),
        ("codes", stays),
        ("codes", ends),
        ("switched on", stays),
        ("enrolled", stays),
        ("removed", ends),
    ] {
        let device = ada.trusted().await;
        assert!(ada.is_trusted(&device).await, "before {what}");
        ada.change(what).await;
        if what == "removed" {
            // Her second app is left.
            ada.app.home().always_asks().await;
            let answer = ada.app.redeem_on(&device, &ada.app.ticket(ada.user).await).await;
            assert_eq!(answer.body["requires_mfa"], json!(true), "{}", answer.body);
        } else {
            assert_eq!(ada.is_trusted(&device).await, outcome, "{what}");
        }
    }
    let ada = Ada::new().await;
    ada.enrol(&ada.by_factor().await).await;
    let device = ada.trusted().await;
    ada.change("switched off").await;
    assert!(!ada.is_trusted(&device).await);
}

#[tokio::test]
async fn trusting_takes_a_factor_proved_in_this_session_or_a_step_up_by_one() {
    let ada = Ada::new().await;
    let app = &ada.app;
    let permissions = [Permission::TicketMint, Permission::TicketVouch];
    let key = app.home().key(&permissions, Role::Member).await;
    let now = app.parts.now().as_seconds();
    let vouch = json!({ "user_id": ada.user.to_string(), "subject_amr": ["pwd", "otp", "mfa"], "subject_auth_time": now });
    let ticket = app.mint(key.raw.expose(), vouch).await;
    let session = Tokens::of(app.redeem(&ticket).await);
    assert_eq!(session.claims()["amr"], json!(["pwd", "otp", "mfa"]), "vouched for");
    let session = session.access;
    let known = app.register_device(&session, "", json!({ "trust": false })).await;
    let id = known.body["data"]["id"].as_str().expect("a device");
    let trust = async |bearer: &str, token: &str| {
        let mut answers = Vec::new();
        for (method, path, body) in [
            ("POST", "/mfa/trusted-devices", json!({ "device_fingerprint": "x", "device_name": "x" })),
            ("POST", "/trusted-devices", json!({ "device_fingerprint": "x" })),
            ("PUT", &format!("/devices/{id}/trust"), json!({ "trust": true })),
            ("PUT", &format!("/auth/me/devices/{id}/trust"), json!({})),
        ] {
            let request = app.request(method, path).bearer(bearer).json(body);
            answers.push(request.header("x-step-up-token", token).send().await);
        }
        answers
    };
    let refused = |answers: Vec<Answer>| {
        answers.iter().all(|a| a.refusal() == STEP_UP && a.body["needs"] == json!("factor"))
    };
    assert!(refused(trust(&session, "").await), "nobody proved anything here");
    app.clock.advance(Span::seconds(30));
    let other = app.sign_in(ada.user).await.access;
    let code = json!({ "method": "totp", "code": ada.phone.code(app) });
    let stepped = app.post("/mfa/step-up", &other, code).await;
    let token = stepped.body["data"]["step_up_token"].as_str().expect("a token");
    assert!(refused(trust(&session, token).await), "another session's");
    let answers = trust(&other, token).await;
    assert!(answers.iter().all(|a| matches!(a.status, 200 | 201)), "{:?}", answers[0].body);
    app.clock.advance(Span::seconds(300));
    assert!(refused(trust(&other, token).await), "too old");
    // What was proved before the factors changed may have been what is gone.
    let early = ada.by_factor().await;
    assert_eq!(trust(&early, "").await[0].status, 201);
    app.clock.advance(Span::seconds(1));
    ada.change("enrolled").await;
    assert!(refused(trust(&early, "").await));
    // A password proves no factor, also of who has none.
    let bob = app.home().user_with_password("bob", Role::Member, PASSWORD).await;
    let bobs = app.sign_in(bob).await.access;
    let stepped = app.post("/auth/re-authenticate", &bobs, json!({ "password": PASSWORD })).await;
    let token = stepped.body["data"]["step_up_token"].as_str().expect("a token");
    let body = json!({ "device_fingerprint": "x" });
    let asked = app.request("POST", "/trusted-devices").bearer(&bobs).json(body);
    assert_eq!(asked.header("x-step-up-token", token).send().await.refusal(), STEP_UP);
}
