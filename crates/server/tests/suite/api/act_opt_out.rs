//! Users who let nobody act for them.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_crypto::pkce_s256;
use authms_testkit::{Answer, TestApp, Tokens, VERIFIER};
use serde_json::{Value, json};

const OPT_OUT: &str = "/auth/me/on-behalf/opt-out";
const POLICY: (u16, u64) = (403, 40001801);

struct Scene {
    app: TestApp,
    alice: UserId,
    /// Access tokens of sessions in which a second factor was proved just now.
    alices: String,
    sup: String,
    admin: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (alice, alices) = app.home().signed_in("alice", Role::Member).await;
        let (_, sup) = app.home().signed_in("sup", Role::Support).await;
        let admin = app.sign_in(app.admin).await.access;
        for token in [&alices, &sup, &admin] {
            app.proves(token);
        }
        Self { app, alice, alices, sup, admin }
    }

    async fn say(&self, out: bool) -> Value {
        let answer = self.app.put(OPT_OUT, &self.alices, json!({ "opted_out": out })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"].clone()
    }

    async fn act(&self, more: Value) -> Answer {
        let mut body = json!({ "user_id": self.alice.to_string(), "reason": "ticket 42" });
        for (member, value) in more.as_object().expect("members") {
            body[member] = value.clone();
        }
        self.app.post("/admin/impersonate", &self.sup, body).await
    }

    fn last(&self, event: &str) -> Value {
        self.app.audit(event).pop().expect("a row")
    }
}

fn token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn who_opts_out_is_acted_for_by_nobody_until_they_take_it_back() {
    let s = Scene::new().await;
    assert_eq!(s.app.get(OPT_OUT, &s.alices).await.body["data"], json!({ "opted_out": false }));
    let said = s.say(true).await;
    assert_eq!((&said["opted_out"], said["since"].is_string()), (&json!(true), true));
    assert_eq!(s.say(true).await, said, "said again it stands since then");
    assert_eq!(s.app.get(OPT_OUT, &s.alices).await.body["data"], said);
    assert_eq!(s.act(json!({})).await.refusal(), POLICY);
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42" });
    for path in ["/auth/generate-ticket", "/admin/on-behalf/requests"] {
        assert_eq!(s.app.post(path, &s.sup, ask.clone()).await.refusal(), POLICY, "{path}");
    }
    let row = s.last("on_behalf.opted_out");
    let alice = json!(s.alice.to_string());
    assert_eq!((&row["actor"], &row["subject"]), (&alice, &alice));
    assert_eq!(s.app.audit("on_behalf.opted_out").len(), 1, "what changes nothing leaves no row");
    assert_eq!(s.app.count("SELECT count(*) FROM tickets WHERE purpose = 'on_behalf'"), 0);
    assert_eq!(s.say(false).await, json!({ "opted_out": false }));
    assert_eq!(s.last("on_behalf.opted_in")["subject"], alice);
    token(&s.act(json!({})).await);
}

#[tokio::test]
async fn opting_out_ends_acts_under_way_and_tickets_that_are_out() {
    let s = Scene::new().await;
    let ask = json!({ "user_id": s.alice.to_string(), "reason": "ticket 42", "proof": pkce_s256(VERIFIER) });
    let ticket = s.app.mint(&s.sup, ask).await;
    let acting = token(&s.act(json!({})).await);
    let bob = s.app.user("bob", Role::Member).await;
    s.app.put("/admin/on-behalf/policy", &s.admin, json!({ "several_at_once": true })).await;
    let other = token(&s.act(json!({ "user_id": bob.to_string() })).await);
    s.say(true).await;
    assert_eq!(s.app.me(&acting).await.status, 401);
    for lives in [&s.alices, &s.sup, &other] {
        assert_eq!(s.app.me(lives).await.status, 200, "nothing else ends");
    }
    let row = s.last("on_behalf.ended");
    assert_eq!((&row["why"], &row["subject"]), (&json!("ended_by_user"), &json!(s.alice.to_string())));
    let redeem = async || s.app.signin(json!({ "ticket": ticket, "verifier": VERIFIER })).send().await;
    assert_eq!(redeem().await.refusal(), (400, 40000401));
    assert_eq!(s.last("ticket.refused")["why"], "opted_out");
    s.say(false).await;
    assert!(!Tokens::of(redeem().await).access.is_empty(), "the ticket was not spent by that");
}

#[tokio::test]
async fn breaking_the_glass_skips_the_users_own_word() {
    let s = Scene::new().await;
    for name in ["boss", "chief"] {
        s.app.user(name, Role::Admin).await;
    }
    s.say(true).await;
    assert_eq!(s.act(json!({ "break_glass": true })).await.refusal(), POLICY, "no glass to break");
    s.app.put("/admin/on-behalf/policy", &s.admin, json!({ "break_glass": true })).await;
    assert_eq!(s.act(json!({})).await.refusal(), POLICY);
    let acting = token(&s.act(json!({ "break_glass": true })).await);
    assert_eq!(s.app.me(&acting).await.status, 200);
    assert_eq!(s.last("on_behalf.started")["glass"], "broken");
}

#[tokio::test]
async fn only_the_user_themself_opts_out_and_has_proved_it_just_now() {
    let s = Scene::new().await;
    let stale = s.app.sign_in(s.alice).await.access;
    for out in [true, false] {
        let refused = s.app.put(OPT_OUT, &stale, json!({ "opted_out": out })).await;
        assert_eq!(refused.refusal(), (401, 40800251), "{out}");
    }
    let acting = token(&s.act(json!({})).await);
    for request in
        [s.app.request("GET", OPT_OUT), s.app.request("PUT", OPT_OUT).json(json!({ "opted_out": true }))]
    {
        assert_eq!(request.bearer(&acting).send().await.refusal(), (403, 40000012));
    }
    let other = s.app.another_tenant("other").await;
    let theirs = other.signed_in("alice", Role::Member).await.1;
    s.app.proves(&theirs);
    assert_eq!(s.app.put(OPT_OUT, &theirs, json!({ "opted_out": true })).await.status, 200);
    assert_eq!(s.app.get(OPT_OUT, &s.alices).await.body["data"]["opted_out"], false);
    assert_eq!(s.app.me(&acting).await.status, 200, "another tenant's user ends nothing here");
}
