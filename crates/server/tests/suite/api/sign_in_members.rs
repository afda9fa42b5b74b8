//! Every member of a sign-in's answer that the contract has: a sign-in that has it, and means it, and one that has not.

use super::contract::{IDENTITY, seed_shapes};
use super::stage::PASSWORD;
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::time::Span;
use authms_testkit::{TestApp, Tokens, jwt};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Sign-ins whose answers differ.
#[derive(Clone, Copy, PartialEq, Debug)]
enum SignIn {
    /// By a password that expires in ten days, of a user with every name.
    Granted,
    /// By a ticket, of a user with nothing but a user name.
    Bare,
    /// By a ticket, of a user who must change their password.
    ByTicket,
    /// By password, where a second factor is asked for.
    Challenged,
    /// By a password that must be changed first.
    ChangeFirst,
    /// On somebody's behalf.
    OnBehalf,
    /// By a wrong password.
    Refused,
}

use SignIn::*;

/// What was answered, and what the answers are held against.
struct Scene {
    app: TestApp,
    ada: UserId,
    created_at: String,
    answers: Vec<(SignIn, Value)>,
}

/// A member, the sign-in that has it, what it means there, and the sign-in that has it not.
type Row = (&'static str, SignIn, fn(&Scene, &Value) -> bool, SignIn);

const ROWS: &[Row] = &[
    ("access_token", Granted, |s, v| claims(v)["sub"] == s.ada.to_string(), Challenged),
    ("challenge_token", Challenged, is_challenge, Granted),
    ("challenge_token", ChangeFirst, |_, v| jwt::header(text(v))["typ"] == "password-change+jwt", Refused),
    ("expires_in", Granted, |s, v| *v == life(s), ChangeFirst),
    ("mfa_check_reason", Challenged, |_, v| v == "policy_always", Granted),
    ("must_change_password", ChangeFirst, |_, v| v == true, Challenged),
    ("must_change_password", Granted, |_, v| v == false, Refused),
    ("password_expires_in", Granted, |_, v| v == 10, Bare),
    ("password_warning", Granted, |_, v| v == "expiring", Bare),
    ("refresh_token", Granted, |s, v| v.is_string() && *v != s.answer(Bare)["refresh_token"], OnBehalf),
    ("required_mfa_methods", Challenged, |_, v| *v == json!(["totp"]), Granted),
    ("requires_mfa", Challenged, |_, v| v == true, Refused),
    ("requires_mfa", Granted, |_, v| v == false, Refused),
    ("risk_assessment", Granted, |_, v| v.is_object(), ChangeFirst),
    ("risk_level", Granted, |s, v| *v == s.record()["level"], ChangeFirst),
    ("token_type", Granted, |_, v| v == "Bearer", Challenged),
    ("user", Granted, |_, v| v.is_object(), Challenged),
    ("risk_assessment.level", Granted, |s, v| *v == s.record()["level"], ChangeFirst),
    ("risk_assessment.recommended_mfa_methods", Challenged, |_, v| *v == json!(["totp"]), Refused),
    ("risk_assessment.recommended_mfa_methods", Granted, |_, v| *v == json!([]), ChangeFirst),
    ("risk_assessment.require_mfa", Challenged, |_, v| v == true, ChangeFirst),
    ("risk_assessment.require_mfa", Granted, |_, v| v == false, Refused),
    ("risk_assessment.score", Granted, |s, v| *v == s.record()["score"] && *v != 0, ChangeFirst),
    ("user.created_at", Granted, |s, v| text(v) == s.created_at, Challenged),
    ("user.email", Granted, |_, v| v == "ada@example.test", Bare),
    ("user.id", Granted, |s, v| text(v) == s.ada.to_string(), Challenged),
    ("user.must_change_password", ByTicket, |_, v| v == true, ChangeFirst),
    ("user.must_change_password", Granted, |_, v| v == false, Challenged),
    ("user.password_expires_in", Granted, |_, v| v == 10, Bare),
    ("user.password_warning", Granted, |_, v| v == "expiring", Bare),
    ("user.phone", Granted, |_, v| v == "+8613800138000", Bare),
    ("user.status", Granted, |_, v| v == "active", Challenged),
    ("user.username", Granted, |_, v| v == "ada", Refused),
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn claims(token: &Value) -> Value {
    jwt::claims(text(token))
}

/// How long the access token says that it lives.
fn life(scene: &Scene) -> Value {
    let claims = claims(&scene.answer(Granted)["access_token"]);
    json!(claims["exp"].as_i64().unwrap_or_default() - claims["iat"].as_i64().unwrap_or_default())
}

fn is_challenge(_: &Scene, token: &Value) -> bool {
    let claims = claims(token);
    let life = claims["exp"].as_i64().unwrap_or_default() - claims["iat"].as_i64().unwrap_or_default();
    jwt::header(text(token))["typ"] == "mfa-challenge+jwt" && life == 300
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let home = app.home();
        let admin = app.sign_in(app.admin).await.access;
        let ada = home.user_with_password("ada", Role::Member, PASSWORD).await;
        let phone = json!({ "phone": "+8613800138000" });
        let named = app.put(&format!("/admin/users/{ada}"), &admin, phone).await;
        let created_at = text(&named.body["data"]["created_at"]).to_owned();
        let policy = json!({ "expiry_days": 90, "warning_days": 14, "grace_period_days": 7 });
        assert_eq!(app.put("/admin/security/password-policy", &admin, policy).await.status, 200);
        app.clock.advance(Span::hours(80 * 24));
        let admin = app.sign_in(app.admin).await.access;
        let made = app.post("/admin/users", &admin, json!({ "username": "bob" })).await;
        let bob = UserId::parse(text(&made.body["data"]["user"]["id"])).expect("an identifier");
        let eve = home.user_with_password("eve", Role::Member, PASSWORD).await;
        home.authenticator(eve).await;
        let mut scene = Self { app, ada, created_at, answers: Vec::new() };
        scene.sign_in(bob, eve, &admin).await;
        scene
    }

    async fn sign_in(&mut self, bob: UserId, eve: UserId, admin: &str) {
        let app = &self.app;
        let mut answers = vec![(Granted, app.login("ada", PASSWORD).await.body)];
        answers.push((Bare, app.sign_in(bob).await.answer));
        answers.push((Refused, app.login("ada", "a wrong horse battery staple").await.body));
        let actor = app.home().signed_in("carol", Role::Support).await.1;
        answers.push((OnBehalf, app.act_for(&actor, self.ada).await.answer));
        app.home().always_asks().await;
        answers.push((Challenged, app.login("eve", PASSWORD).await.body));
        app.home().asks_for(Default::default()).await;
        let given = json!({ "new_password": "a password that was given" });
        let set = app.put(&format!("/admin/users/{eve}/password"), admin, given).await;
        assert_eq!(set.status, 200, "{}", set.body);
        answers.push((ChangeFirst, app.login("eve", "a password that was given").await.body));
        answers.push((ByTicket, app.sign_in(eve).await.answer));
        self.answers = answers;
    }

    fn answer(&self, of: SignIn) -> &Value {
        &self.answers.iter().find(|(s, _)| *s == of).expect("a sign-in").1
    }

    /// The member of that path, of the answer to that sign-in.
    fn member(&self, of: SignIn, path: &str) -> &Value {
        path.split('.').fold(self.answer(of), |value, name| &value[name])
    }

    /// What the log says of the risk of Ada's sign-in.
    fn record(&self) -> Value {
        let rows = self.app.audit("login.succeeded");
        let row = rows.iter().find(|row| row["subject"] == self.ada.to_string()).expect("a sign-in");
        let words: Vec<&str> = text(&row["risk"]).split([' ', ';']).collect();
        json!({ "score": words[0].parse::<i64>().expect("a score"), "level": words[1] })
    }
}

#[tokio::test]
async fn every_member_of_the_answer_is_there_when_it_means_something_and_only_then() {
    let scene = Scene::new().await;
    for (member, there, means, absent) in ROWS {
        let value = scene.member(*there, member);
        assert!(!value.is_null(), "{member} of {there:?}: {}", scene.answer(*there));
        assert!(means(&scene, value), "{member} of {there:?}: {value}");
        let value = scene.member(*absent, member);
        assert!(value.is_null(), "{member} of {absent:?}: {value}");
    }
    // The tokens are what they are called.
    let granted = scene.answer(Granted);
    assert_eq!(scene.app.me(text(&granted["access_token"])).await.status, 200);
    let renewed = Tokens::of(scene.app.refresh(text(&granted["refresh_token"])).await);
    assert_eq!(renewed.claims()["sub"], scene.ada.to_string());
}

#[test]
fn the_table_has_exactly_the_members_of_the_contract() {
    let seed = seed_shapes();
    let shapes = [
        ("dto.LoginResponse", ""),
        ("dto.RiskAssessmentInfo", "risk_assessment."),
        ("dto.UserInfo", "user."),
    ];
    let document: Value = serde_json::from_str(IDENTITY).expect("JSON");
    let mut told = BTreeSet::new();
    for (shape, prefix) in shapes {
        let mut also: BTreeSet<_> =
            document["definitions"][shape]["properties"].as_object().expect("members").keys().collect();
        // The seed, which stands, does not have it: `user.id` is the same.
        also.remove(&"user_id".to_owned());
        assert_eq!(seed[shape].keys().collect::<BTreeSet<_>>(), also, "{shape}");
        told.extend(seed[shape].keys().map(|member| format!("{prefix}{member}")));
    }
    let rows: BTreeSet<_> = ROWS.iter().map(|(member, ..)| (*member).to_owned()).collect();
    assert_eq!(rows, told);
}
