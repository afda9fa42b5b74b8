//! API keys that somebody else has.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::key::{self, CreatedKey};
use authms_testkit::{Answer, TestApp, TestRequest, Tokens};
use serde_json::{Value, json};

struct Scene {
    app: TestApp,
    admin: String,
    key: CreatedKey,
    alice: UserId,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let admin = app.sign_in(app.admin).await.access;
        let key = app.home().key(&[Permission::TicketMint, Permission::UserRead], Role::Support).await;
        let alice = app.user("alice", Role::Member).await;
        Self { app, admin, key, alice }
    }

    fn path(&self) -> String {
        format!("/auth/api-keys/{}", self.key.key.id)
    }

    fn set(&self, status: &str) -> TestRequest {
        let request = self.app.request("PUT", &format!("{}/status", self.path()));
        request.bearer(&self.admin).json(json!({ "status": status }))
    }

    async fn mint(&self, user: UserId) -> Answer {
        let ask = json!({ "user_id": user.to_string() });
        self.app.post("/auth/generate-ticket", self.key.raw.expose(), ask).await
    }

    async fn ticket(&self, user: UserId) -> String {
        let minted = self.mint(user).await;
        assert_eq!(minted.status, 200, "{}", minted.body);
        minted.body["ticket"].as_str().expect("a ticket").to_owned()
    }

    async fn session(&self, user: UserId) -> Tokens {
        let answer = self.app.redeem(&self.ticket(user).await).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(answer)
    }
}

#[tokio::test]
async fn a_compromised_key_takes_all_that_it_minted_along() {
    let s = Scene::new().await;
    let helper = s.app.user("helper", Role::Support).await;
    let unredeemed = s.ticket(s.alice).await;
    let session = s.session(s.alice).await;
    // A session that rests on one that the key minted.
    let actor = s.session(helper).await;
    let acting = s.app.act_for(&actor.access, s.alice).await;
    let passed_on = s.app.mint(&actor.access, json!({ "user_id": helper.to_string() })).await;
    let others = s.app.sign_in(s.alice).await;
    for token in [&session, &actor, &acting, &others] {
        assert_eq!(s.app.me(&token.access).await.status, 200);
    }

    let done = s.set("compromised").send().await;
    assert_eq!((done.status, &done.body["data"]["status"]), (200, &json!("compromised")), "{}", done.body);
    for ticket in [&unredeemed, &passed_on] {
        assert_eq!(s.app.redeem(ticket).await.refusal(), (400, 40000401));
    }
    for token in [&session, &actor, &acting] {
        assert_eq!(s.app.me(&token.access).await.refusal(), (401, 40000009));
    }
    for token in [&session, &actor] {
        assert_eq!(s.app.refresh(&token.refresh).await.status, 401);
    }
    assert_eq!(s.app.me(&others.access).await.status, 200, "what it did not mint stays");
    assert_eq!(s.mint(s.alice).await.refusal(), (401, 40000009), "it is refused like any wrong key");
    assert_eq!(s.app.get("/admin/users", s.key.raw.expose()).await.refusal(), (401, 40000009));

    let rows = s.app.audit("api_key.compromised");
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (&rows[0]["key"], &rows[0]["actor"]),
        (&json!(s.key.key.id.to_string()), &json!(s.app.admin.to_string()))
    );
    key::write_uses(&s.app.parts).await.expect("writes");
    let refused = s.app.audit("api_key.refused");
    assert_eq!(
        (&refused[0]["why"], &refused[0]["count"]),
        (&json!("compromised"), &json!(2)),
        "who has it tries"
    );
}

#[tokio::test]
async fn compromised_is_for_good() {
    let s = Scene::new().await;
    assert_eq!(s.set("inactive").send().await.status, 200);
    assert_eq!(s.set("compromised").send().await.status, 200, "also once it is off");
    let written = s.app.written();
    assert_eq!(s.set("compromised").send().await.status, 200, "said again, it is so already");
    for (method, end, body) in [
        ("PUT", "/status", json!({ "status": "active" })),
        ("PUT", "/status", json!({ "status": "inactive" })),
        ("POST", "/rotate", json!({})),
        ("PUT", "/scopes", json!({ "scopes": [] })),
        ("PUT", "/clients", json!({ "client_ids": [] })),
        ("POST", "/ip-restrictions", json!({ "value": "10.0.0.1" })),
    ] {
        let request = s.app.request(method, &format!("{}{end}", s.path())).bearer(&s.admin);
        assert_eq!(request.json(body).send().await.refusal(), (409, 40000704), "{method} {end}");
    }
    assert_eq!(s.app.written(), written, "nothing changed");
    assert_eq!(s.mint(s.alice).await.status, 401);
    let gone = s.app.delete(&format!("/admin{}/force", s.path()), &s.admin).await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(s.app.get(&s.path(), &s.admin).await.refusal(), (404, 40000701));
    assert_eq!(s.app.audit("api_key.deleted").len(), 1);
}

#[tokio::test]
async fn deleting_by_force_ends_what_an_active_key_minted() {
    let s = Scene::new().await;
    let (ticket, session) = (s.ticket(s.alice).await, s.session(s.alice).await);
    assert_eq!(s.app.delete(&format!("/admin{}/force", s.path()), &s.admin).await.status, 204);
    assert_eq!(s.app.redeem(&ticket).await.refusal(), (400, 40000401));
    assert_eq!(s.app.me(&session.access).await.status, 401);
    assert_eq!(s.app.refresh(&session.refresh).await.status, 401);
}

#[tokio::test]
async fn p09_what_is_minted_or_redeemed_while_the_key_is_declared_compromised_is_dead() {
    let s = Scene::new().await;
    let ticket = s.ticket(s.alice).await;
    s.app.faults.before_next_commit(s.set("compromised").send());
    let late = s.app.redeem(&ticket).await;
    assert_eq!(late.status, 200, "decided on what was read before");
    let tokens = Tokens::of(late);
    assert_eq!(s.app.me(&tokens.access).await.status, 401, "the session that it opened is dead");
    assert_eq!(s.app.refresh(&tokens.refresh).await.status, 401);

    let s = Scene::new().await;
    s.app.faults.before_next_commit(s.set("compromised").send());
    let minted = s.mint(s.alice).await;
    let ticket = minted.body["ticket"].as_str().expect("minted on what was read before");
    assert_eq!(s.app.redeem(ticket).await.refusal(), (400, 40000401), "and dead");
}

#[tokio::test]
async fn many_keys_are_revoked_at_once_each_by_itself() {
    let s = Scene::new().await;
    let (_, deputy) = s.app.home().signed_in("deputy", Role::Admin).await;
    let other = s.app.another_tenant("other").await.key(&[], Role::Member).await.key.id.to_string();
    let high = s.app.home().key(&[], Role::SuperAdmin).await.key.id.to_string();
    let second = s.app.home().key(&[], Role::Member).await.key.id.to_string();
    let session = s.session(s.alice).await;
    let first = s.key.key.id.to_string();
    let revoke = async |ids: Value| {
        s.app.post("/admin/auth/api-keys/batch-revoke", &deputy, json!({ "ids": ids })).await
    };
    let done = revoke(json!([first, second, other, high, "x", first, "key_0000000000000000000001"])).await;
    assert_eq!((done.status, &done.body["data"]["revoked"]), (200, &json!(2)), "{}", done.body);
    let mut failed: Vec<_> =
        done.body["data"]["failed"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    failed.sort_unstable();
    let mut expected = [other.as_str(), &high, "key_0000000000000000000001", "x"];
    expected.sort_unstable();
    assert_eq!(failed, expected);
    assert_eq!(s.app.me(&session.access).await.status, 401);
    assert_eq!(s.app.audit("api_key.compromised").len(), 2);
    let shown = s.app.get(&format!("/auth/api-keys/{high}"), &s.admin).await;
    assert_eq!(shown.body["data"]["status"], "active", "out of the deputy's reach");

    let again = revoke(json!([first, second])).await;
    assert_eq!((&again.body["data"]["revoked"], &again.body["data"]["failed"]), (&json!(2), &json!([])));
    assert_eq!(s.app.audit("api_key.compromised").len(), 2, "nothing was to be done");
    assert_eq!(revoke(json!(vec![first; 101])).await.refusal(), (400, 40000001));
}
