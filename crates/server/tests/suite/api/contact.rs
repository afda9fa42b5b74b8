//! One's own address is changed with the password, and once its mail was read.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::code;
use authms_testkit::{Answer, TestApp};
use serde_json::{Value, json};

struct Stage {
    app: TestApp,
    bearer: String,
}

async fn start() -> Stage {
    let app = TestApp::start().await;
    let alice = app.home().user_with_password("alice", Role::Member, PASSWORD).await;
    let bearer = app.sign_in(alice).await.access;
    Stage { app, bearer }
}

impl Stage {
    async fn change(&self, new: &str) -> Answer {
        let body = json!({ "new_email": new, "password": PASSWORD });
        self.app.post("/auth/me/email/change", &self.bearer, body).await
    }

    async fn verify(&self, code: &str) -> Answer {
        self.app.post("/auth/me/email/verify", &self.bearer, json!({ "code": code })).await
    }

    async fn status(&self) -> (Value, Value, Value) {
        let answer = self.app.get("/auth/me/email-verification-status", &self.bearer).await.body;
        let of = |member: &str| answer[member].clone();
        (of("email"), of("email_verified"), of("verification_sent"))
    }
}

#[tokio::test]
async fn s28_another_address_needs_the_password_and_its_own_mail_and_is_told_to_the_one_before() {
    let stage = start().await;
    let app = &stage.app;
    let wrong = json!({ "new_email": "new@example.test", "password": "not the password at all" });
    assert_eq!(app.post("/auth/me/email/change", &stage.bearer, wrong).await.code(), 40000502);
    assert_eq!(stage.status().await, (json!("alice@example.test"), json!(false), json!(false)));
    assert_eq!(stage.change("new@example.test").await.status, 200);
    assert_eq!(stage.change("new@example.test").await.refusal(), (409, 40001303), "once a minute");
    assert_eq!(stage.status().await, (json!("alice@example.test"), json!(false), json!(true)));
    let letters = app.post_leaves().await;
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "new@example.test"));
    let code = letters[0].code();
    // In this session alone.
    let elsewhere = app.login("alice", PASSWORD).await.body["access_token"].as_str().unwrap_or("").to_owned();
    let other = app.post("/auth/me/email/verify", &elsewhere, json!({ "code": code })).await;
    assert_eq!(other.refusal(), (400, 40001301));
    assert_eq!(stage.verify(&code).await.status, 200);
    assert_eq!(stage.status().await, (json!("new@example.test"), json!(true), json!(false)));
    let told = app.post_leaves().await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].to.as_str(), told[0].subject.as_str()),
        ("alice@example.test", "Your e-mail address was changed")
    );
    assert_eq!(stage.verify(&code).await.refusal(), (400, 40001301), "once");
}

#[tokio::test]
async fn an_administrators_change_is_not_verified() {
    let stage = start().await;
    assert_eq!(stage.change("alice@example.test").await.status, 200);
    let code = stage.app.post_leaves().await[0].code();
    assert_eq!(stage.verify(&code).await.status, 200);
    assert_eq!(stage.status().await.1, json!(true), "the present address can be verified, too");
    assert!(stage.app.post_leaves().await.is_empty(), "nothing has changed");
    let key = stage.app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let me = stage.app.me(&stage.bearer).await.body;
    let id = me["id"].as_str().or(me["data"]["id"].as_str()).expect("an identifier").to_owned();
    let path = format!("/admin/users/{id}");
    assert_eq!(stage.app.put(&path, &key, json!({ "nickname": "Al" })).await.status, 200);
    assert_eq!(stage.status().await.1, json!(true));
    assert_eq!(stage.app.put(&path, &key, json!({ "email": "other@example.test" })).await.status, 200);
    assert_eq!(stage.status().await, (json!("other@example.test"), json!(false), json!(false)));
}

#[tokio::test]
async fn that_an_address_is_taken_is_told_only_to_who_reads_its_mail() {
    let stage = start().await;
    stage.app.user("bob", Role::Member).await;
    let (free, taken) = (stage.change("free@example.test").await, {
        stage.app.clock.advance(code::RESEND_AFTER);
        stage.app.post_leaves().await;
        stage.change("bob@example.test").await
    });
    assert_eq!((free.status, &free.body["message"]), (taken.status, &taken.body["message"]));
    let letters = stage.app.post_leaves().await;
    assert_eq!(letters[0].to, "bob@example.test");
    assert_eq!(stage.verify(&letters[0].code()).await.refusal(), (409, 40000303));
}

#[tokio::test]
async fn a_phone_number_is_changed_by_text_message() {
    let stage = start().await;
    let body = json!({ "new_phone": "+86 138-0013-8000", "password": PASSWORD });
    assert_eq!(stage.app.post("/auth/me/phone/change", &stage.bearer, body).await.status, 200);
    let letter = stage.app.post_leaves().await.remove(0);
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("+8613800138000", ""));
    let body = json!({ "code": letter.code() });
    assert_eq!(stage.app.post("/auth/me/email/verify", &stage.bearer, body.clone()).await.code(), 40001301);
    assert_eq!(stage.app.post("/auth/me/phone/verify", &stage.bearer, body).await.status, 200);
    assert_eq!(
        stage
            .app
            .count("SELECT count(*) FROM users WHERE phone = '+8613800138000' AND phone_verified_at > 0"),
        1
    );
    assert_eq!(stage.app.post_leaves().await[0].subject, "Your phone number was changed");
}

#[tokio::test]
async fn p33_a_look_alike_of_the_at_sign_moves_no_message() {
    let stage = start().await;
    for bad in
        ["alice@example.test＠evil.example", "a@b@c.test", "x\r\nBcc: eve@evil.example@example.test", "no-at"]
    {
        assert_eq!(stage.change(bad).await.status, 400, "{bad}");
    }
    assert_eq!(stage.change("Alice＠Elsewhere.test").await.status, 200);
    assert_eq!(stage.app.post_leaves().await[0].to, "alice@elsewhere.test");
}
