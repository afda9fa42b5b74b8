//! Factors by e-mail and SMS: enrolled by a code to their address, and proved by one at challenges and in sessions.

use super::stage::PASSWORD;
use authms_core::access::Role;
use authms_core::code;
use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp, Tokens};
use serde_json::{Value, json};

/// A way of codes, as the endpoints name it.
pub struct Way {
    pub kind: FactorKind,
    pub name: &'static str,
    member: &'static str,
    pub to: &'static str,
    other: &'static str,
    masked: &'static str,
}

pub const EMAIL: Way = Way {
    kind: FactorKind::Email,
    name: "email",
    member: "email",
    to: "ada.codes@example.test",
    other: "eve@example.test",
    masked: "a***@example.test",
};

pub const SMS: Way = Way {
    kind: FactorKind::Sms,
    name: "sms",
    member: "phone",
    to: "+8613800138042",
    other: "+8613800138043",
    masked: "***42",
};

impl Way {
    async fn enroll(&self, app: &TestApp, bearer: &str, to: &str) -> Answer {
        app.put(&format!("/mfa/{}/enroll", self.name), bearer, json!({ self.member: to })).await
    }

    async fn verify(&self, app: &TestApp, bearer: &str, code: &str) -> Answer {
        app.post(&format!("/mfa/{}/verify", self.name), bearer, json!({ "code": code })).await
    }

    async fn send(&self, app: &TestApp, bearer: &str, to: &str) -> Answer {
        app.post(&format!("/mfa/{}/send", self.name), bearer, json!({ self.member: to })).await
    }

    /// The code that arrived at the factor's address.
    async fn code(&self, app: &TestApp) -> String {
        let letters = app.post_leaves().await;
        letters.iter().find(|l| l.to == self.to).unwrap_or_else(|| panic!("no code: {letters:?}")).code()
    }

    pub async fn send_at(&self, app: &TestApp, challenge: &str) -> Answer {
        let body = json!({ "challenge_token": challenge, "mfa_method": self.name });
        app.request("POST", "/api/v1/auth/mfa/send-code").json(body).send().await
    }

    pub async fn answer(&self, app: &TestApp, challenge: &str, code: &str) -> Answer {
        let body = json!({ "challenge_token": challenge, "mfa_method": self.name, "code": code });
        app.verify_with(body).await
    }

    /// Has a code sent for this challenge, and takes it out of the box.
    pub async fn code_at(&self, app: &TestApp, challenge: &str) -> String {
        let sent = self.send_at(app, challenge).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        self.code(app).await
    }
}

pub const WAYS: [Way; 2] = [EMAIL, SMS];

const STEP_UP: (u16, u64) = (401, 40800251);
const WRONG: (u16, u64) = (400, 61000402);

async fn ada() -> (TestApp, UserId, String) {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
    (app, user, bearer)
}

/// Ada, who has codes this way, in a tenant that always asks; her challenge is to be answered.
pub async fn ada_with(way: &Way) -> (TestApp, UserId) {
    let app = TestApp::start().await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    app.home().codes_to(user, way.kind, way.to).await;
    app.home().always_asks().await;
    (app, user)
}

pub async fn challenge(app: &TestApp) -> String {
    TestApp::challenge_of(&app.login("ada", PASSWORD).await)
}

/// A code that is not this one.
pub fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn codes_are_enrolled_asked_for_proved_and_removed() {
    for way in WAYS {
        let (app, _, bearer) = ada().await;
        let begun = way.enroll(&app, &bearer, way.to).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
        let data = &begun.body["data"];
        assert_eq!((&data["verified"], &data["status"]), (&json!(false), &json!("pending_verification")));
        let code = way.code(&app).await;
        assert!(!begun.body.to_string().contains(&code));
        let method = |methods: Answer| methods.body["items"][0].clone();
        let listed = method(app.get("/mfa/methods", &bearer).await);
        assert_eq!((&listed["verified"], &listed["detail"]), (&json!(false), &json!(way.masked)));
        app.home().always_asks().await;
        let asked = app.login("ada", PASSWORD).await;
        assert_eq!(asked.body["mfa_enrolment"], "await_release", "it counts for nothing yet");
        assert_eq!(way.verify(&app, &bearer, wrong(&code)).await.refusal(), WRONG);
        assert_eq!(way.verify(&app, &bearer, &code).await.status, 200);
        let listed = method(app.get("/mfa/methods", &bearer).await);
        assert_eq!((&listed["verified"], &listed["primary"]), (&json!(true), &json!(true)));
        let told: Vec<_> = app.post_leaves().await.into_iter().map(|l| (l.to, l.subject)).collect();
        assert!(
            told.contains(&("ada@example.test".to_owned(), "A further proof was set up".to_owned())),
            "{told:?}"
        );

        let asked = app.login("ada", PASSWORD).await;
        assert_eq!(asked.body["required_mfa_methods"], json!([way.name]));
        let challenge = TestApp::challenge_of(&asked);
        let sent = way.send_at(&app, &challenge).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
        let data = &sent.body["data"];
        assert_eq!((&data["target"], &data["expires_in"]), (&json!(way.masked), &json!(300)), "{data}");
        let code = way.code(&app).await;
        assert!(!sent.body.to_string().contains(&code));
        let session = Tokens::of(way.answer(&app, &challenge, &code).await);
        let amr = if way.name == "sms" { "sms" } else { "otp" };
        assert_eq!(session.claims()["amr"], json!(["pwd", amr, "mfa"]));

        app.home().asks_for(Default::default()).await;
        let removed = format!("/mfa/methods/{}", way.name);
        assert_eq!(app.delete(&removed, &session.access).await.status, 200);
        assert_eq!(app.count("SELECT count(*) FROM factors"), 0);
    }
}

#[tokio::test]
async fn an_enrolment_waits_for_its_own_code_and_ten_minutes() {
    for way in WAYS {
        let (app, _, bearer) = ada().await;
        assert_eq!(way.verify(&app, &bearer, "123456").await.refusal(), (409, 40001503));
        assert_eq!(way.enroll(&app, &bearer, way.other).await.status, 201);
        let elsewhere = app.post_leaves().await[0].code();
        assert_eq!(way.enroll(&app, &bearer, way.to).await.refusal(), (409, 40001303), "once a minute");
        app.clock.advance(code::RESEND_AFTER);
        assert_eq!(way.enroll(&app, &bearer, way.to).await.status, 201);
        assert_eq!(app.count("SELECT count(*) FROM factors"), 1, "in place of the last");
        assert_eq!(way.verify(&app, &bearer, &elsewhere).await.refusal(), WRONG, "of the last");
        assert_eq!(way.verify(&app, &bearer, "").await.refusal(), WRONG);
        let code = way.code(&app).await;
        let path = format!("/mfa/{}/verify", way.name);
        let body = json!({ "code": code, way.member: way.other });
        assert_eq!(app.post(&path, &bearer, body).await.refusal(), (400, 40001511));
        app.clock.advance(code::TTL);
        assert_eq!(way.verify(&app, &bearer, &code).await.refusal(), WRONG, "s22: after ten minutes");
        assert_eq!(way.send(&app, &bearer, way.to).await.status, 200, "another for the same enrolment");
        let code = way.code(&app).await;
        assert_eq!(way.verify(&app, &bearer, &code).await.status, 200);
        assert_eq!(way.verify(&app, &bearer, &code).await.refusal(), (409, 40001503), "once");
    }
}

#[tokio::test]
async fn codes_go_to_the_address_that_is_enrolled_and_to_no_other() {
    for way in WAYS {
        let (app, user, bearer) = ada().await;
        for to in [way.to, way.other, "ada@example.test", "", "x", "+8613800138000"] {
            assert_eq!(
                way.send(&app, &bearer, to).await.refusal(),
                (400, 40001511),
                "{to}: nothing is enrolled"
            );
        }
        app.home().codes_to(user, way.kind, way.to).await;
        for to in [way.other, "ada@example.test", "", "x", "+8613800138000"] {
            assert_eq!(way.send(&app, &bearer, to).await.refusal(), (400, 40001511), "{to}");
        }
        assert!(app.post_leaves().await.is_empty());
        let sent = way.send(&app, &bearer, way.to).await;
        assert_eq!((sent.status, &sent.body["data"]["sent"]), (200, &json!(true)), "{}", sent.body);
        let expires = sent.body["data"]["expires"].as_str().expect("a time");
        assert_eq!(expires, app.parts.now().plus(code::TTL).to_string());
        assert_eq!(way.send(&app, &bearer, way.to).await.refusal(), (409, 40001303), "once a minute");
    }
}

#[tokio::test]
async fn s28_codes_are_changed_only_by_who_proved_themself_just_now() {
    for way in WAYS {
        let (app, user, bearer) = ada().await;
        app.clock.advance(Span::seconds(300));
        let refused = way.enroll(&app, &bearer, way.to).await;
        assert_eq!((refused.refusal(), &refused.body["needs"]), (STEP_UP, &json!("password")));
        let id = app.home().codes_to(user, way.kind, way.to).await;
        let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
        let of = |path: &str| path.replace("{way}", way.name).replace("{id}", &id.to_string());
        for (method, path, body) in [
            ("PUT", "/mfa/{way}/enroll", json!({ way.member: way.other })),
            ("POST", "/mfa/{way}/disable", json!({})),
            ("DELETE", "/mfa/methods/{way}", json!({})),
            ("POST", "/mfa/credentials/{id}/primary", json!({ "type": way.name })),
        ] {
            let refused = app.request(method, &of(path)).bearer(&bearer).json(body).send().await;
            assert_eq!((refused.refusal(), &refused.body["needs"]), (STEP_UP, &json!("factor")), "{path}");
        }
        assert!(app.post_leaves().await.is_empty(), "and nobody is sent a code");
        assert_eq!(way.send(&app, &bearer, way.to).await.status, 200);
        let code = way.code(&app).await;
        let other = app.sign_in(user).await.access;
        let disable = async |bearer: &str, code: &str| {
            let body = json!({ "code": code, "end_other_sessions": true });
            app.post(&of("/mfa/{way}/disable"), bearer, body).await
        };
        assert_eq!(disable(&other, &code).await.refusal(), WRONG, "it was sent for another session");
        assert_eq!(disable(&bearer, wrong(&code)).await.refusal(), WRONG);
        assert_eq!(disable(&bearer, &code).await.status, 200);
        assert_eq!((app.me(&other).await.status, app.me(&bearer).await.status), (401, 200));
        let told: Vec<_> = app.post_leaves().await.into_iter().map(|l| (l.to, l.subject)).collect();
        let removed = |to: &str| (to.to_owned(), "A proof was removed".to_owned());
        assert!(told.contains(&removed("ada@example.test")), "{told:?}");
        assert_eq!(told.contains(&removed(way.to)), way.name == "email", "a mailbox of its own is told, too");
        assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'factor.removed'"), 1);
    }
}

#[tokio::test]
async fn another_address_takes_the_place_of_the_last_once_its_code_is_typed() {
    for way in WAYS {
        let (app, user, bearer) = ada().await;
        app.home().codes_to(user, way.kind, way.other).await;
        let phone = app.home().authenticator(user).await;
        let step_up = json!({ "method": "totp", "code": phone.code(&app) });
        let token = app.post("/mfa/step-up", &bearer, step_up).await.body["data"]["step_up_token"].clone();
        let request = app.request("PUT", &format!("/mfa/{}/enroll", way.name)).bearer(&bearer);
        let request = request.header("x-step-up-token", token.as_str().expect("a token"));
        assert_eq!(request.json(json!({ way.member: way.to })).send().await.status, 201);
        let code = way.code(&app).await;
        let addresses = format!("SELECT count(*) FROM factors WHERE address = '{}'", way.other);
        assert_eq!(app.count(&addresses), 1, "the former counts until then");
        assert_eq!(way.verify(&app, &bearer, &code).await.status, 200);
        assert_eq!(app.count(&addresses), 0);
        assert_eq!(app.count("SELECT count(*) FROM factors"), 2);
        let told: Vec<_> = app.post_leaves().await.into_iter().map(|l| (l.to, l.subject)).collect();
        let removed = (way.other.to_owned(), "A proof was removed".to_owned());
        assert_eq!(told.contains(&removed), way.name == "email", "{told:?}");
    }
}

#[tokio::test]
async fn s22_a_code_completes_its_own_challenge_by_its_own_method_once() {
    let (app, user) = ada_with(&EMAIL).await;
    app.home().codes_to(user, SMS.kind, SMS.to).await;
    let (mine, other) = (challenge(&app).await, challenge(&app).await);
    let code = EMAIL.code_at(&app, &mine).await;
    assert_eq!(EMAIL.answer(&app, &other, &code).await.refusal(), WRONG, "another challenge's");
    assert_eq!(SMS.answer(&app, &mine, &code).await.refusal(), WRONG, "another method's");
    app.clock.advance(Span::seconds(1));
    assert_eq!(EMAIL.answer(&app, &mine, "").await.refusal(), WRONG);
    app.clock.advance(Span::seconds(2));
    let bearer = Tokens::of(EMAIL.answer(&app, &mine, &code).await).access;
    assert_eq!(EMAIL.answer(&app, &mine, &code).await.refusal(), (403, 61000403), "after success");
    let step_up = json!({ "method": "email", "code": code });
    assert_eq!(app.post("/mfa/step-up", &bearer, step_up).await.refusal(), WRONG, "in a session");
    let mine = challenge(&app).await;
    assert_eq!(EMAIL.answer(&app, &mine, &code).await.refusal(), WRONG, "at the next");
    assert_eq!(app.count("SELECT failures FROM factors WHERE kind = 'email'"), 2);
    let code = EMAIL.code_at(&app, &mine).await;
    app.clock.advance(Span::seconds(300));
    assert_eq!(EMAIL.answer(&app, &mine, &code).await.refusal(), (403, 61000403), "too late");
}

#[tokio::test]
async fn a_challenge_sends_three_codes_with_growing_pauses() {
    for way in WAYS {
        let (app, _) = ada_with(&way).await;
        let challenge = challenge(&app).await;
        let mut codes = vec![way.code_at(&app, &challenge).await];
        for pause in [60, 120] {
            let early = way.send_at(&app, &challenge).await;
            assert_eq!((early.status, early.header("retry-after")), (429, pause.to_string().as_str()));
            app.clock.advance(Span::seconds(pause));
            codes.push(way.code_at(&app, &challenge).await);
        }
        let early = way.send_at(&app, &challenge).await;
        assert_eq!((early.status, early.header("retry-after")), (429, "240"), "when the challenge is over");
        assert_eq!(way.answer(&app, &challenge, &codes[1]).await.refusal(), WRONG, "the last alone is good");
        app.clock.advance(Span::seconds(1));
        assert_eq!(way.answer(&app, &challenge, &codes[2]).await.status, 200);
        assert_eq!(way.send_at(&app, &challenge).await.refusal(), (403, 61000403), "it is finished");
    }
}

#[tokio::test]
async fn a_code_is_sent_to_who_holds_the_challenge_alone() {
    let (app, user) = ada_with(&EMAIL).await;
    let mine = challenge(&app).await;
    let (client, secret) = app.client("shop", &[authms_core::ticket::Purpose::Sso]).await;
    let with = json!({
        "challenge_token": mine, "mfa_method": "email", "client_id": client, "client_secret": secret,
    });
    let by_client = app.request("POST", "/auth/mfa/send-code").json(with).send().await;
    assert_eq!(by_client.refusal(), (403, 61000403), "no client began");
    for foreign in ["", "a.b.c", &app.ticket(user).await, &mine[..mine.len() - 2]] {
        assert_eq!(EMAIL.send_at(&app, foreign).await.refusal(), (403, 61000403), "{foreign}");
    }
    assert_eq!(SMS.send_at(&app, &mine).await.refusal(), (400, 61000404), "not enrolled");
    let totp = json!({ "challenge_token": mine, "mfa_method": "totp" });
    assert_eq!(app.request("POST", "/auth/mfa/send-code").json(totp).send().await.code(), 40000001);
    let key = app.api_key(&[authms_core::access::Permission::UserWrite], Role::Admin).await;
    let off = json!({ "status": "disabled" });
    assert_eq!(app.put(&format!("/admin/users/{user}/status"), &key, off).await.status, 200);
    assert_eq!(EMAIL.send_at(&app, &mine).await.refusal(), (403, 61000403), "p09: locked out meanwhile");
    assert!(app.post_leaves().await.is_empty());
}

#[tokio::test]
async fn codes_step_up_in_the_session_that_asked_for_them() {
    for way in WAYS {
        let (app, user, bearer) = ada().await;
        let none = app.post("/mfa/challenge", &bearer, json!({ "method": way.name })).await;
        assert_eq!(none.refusal(), (400, 61000404), "none is enrolled");
        app.home().codes_to(user, way.kind, way.to).await;
        let ask =
            async |bearer: &str| app.post("/mfa/challenge", bearer, json!({ "method": way.name })).await;
        let step_up = async |bearer: &str, code: &str| {
            let body = json!({ "method": way.name, "code": code, "user_id": user.to_string() });
            app.post("/mfa/step-up", bearer, body).await
        };
        let asked = ask(&bearer).await;
        assert_eq!((asked.status, &asked.body["data"]["method"]), (201, &json!(way.name)), "{}", asked.body);
        assert_eq!(ask(&bearer).await.refusal(), (409, 40001303));
        let code = way.code(&app).await;
        assert!(!asked.body.to_string().contains(&code));
        let other = Tokens::of(app.login("ada", PASSWORD).await).access;
        assert_eq!(step_up(&other, &code).await.refusal(), WRONG, "another session's");
        let done = step_up(&bearer, &code).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(step_up(&bearer, &code).await.refusal(), WRONG, "once");
        app.clock.advance(code::RESEND_AFTER);
        assert_eq!(ask(&other).await.status, 201);
        let code = way.code(&app).await;
        let again = |method: Value| json!({ "password": PASSWORD, "mfa_code": code, "mfa_method": method });
        let by_looks = app.post("/auth/re-authenticate", &other, again(json!(null))).await;
        assert_eq!(by_looks.refusal(), (400, 61000404), "six digits are taken for an app's");
        let done = app.post("/auth/re-authenticate", &other, again(json!(way.name))).await;
        assert_eq!(done.status, 200, "{}", done.body);
        app.clock.advance(code::RESEND_AFTER);
        assert_eq!(ask(&bearer).await.status, 201);
        let code = way.code(&app).await;
        app.clock.advance(code::TTL);
        assert_eq!(step_up(&bearer, &code).await.refusal(), WRONG, "s22: after ten minutes");
    }
}

#[tokio::test]
async fn what_is_sent_by_no_transport_tells_what_its_operator_has_to_set() {
    let app = TestApp::with(Setup { sends: false, ..Setup::default() }).await;
    let user = app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    for (way, setting) in [(EMAIL, "mail.smtp.host"), (SMS, "sms.url")] {
        let bearer = Tokens::of(app.login("ada", PASSWORD).await).access;
        let begun = way.enroll(&app, &bearer, way.to).await;
        app.home().codes_to(user, way.kind, way.to).await;
        let sent = app.post("/mfa/challenge", &bearer, json!({ "method": way.name })).await;
        app.home().always_asks().await;
        let at_sign_in = way.send_at(&app, &challenge(&app).await).await;
        app.home().asks_for(Default::default()).await;
        for refused in [begun, sent, at_sign_in] {
            assert_eq!(refused.refusal(), (501, 40001302));
            assert!(
                refused.body["message"].as_str().is_some_and(|m| m.contains(setting)),
                "{}",
                refused.body
            );
        }
    }
}
