//! What a tenant asks of its tickets.

use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp};
use serde_json::{Value, json};

const POLICY: &str = "/admin/tickets/policy";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Scene {
    app: TestApp,
    /// A super administrator's access token.
    chief: String,
    alice: String,
    key: String,
    client: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let chief = app.sign_in(app.admin).await.access;
        let alice = app.user("alice", Role::Member).await.to_string();
        let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
        let client = app.home().client("shop").await.client.id.to_string();
        Self { app, chief, alice, key, client }
    }

    async fn get(&self) -> Value {
        let answer = self.app.get(POLICY, &self.chief).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"].clone()
    }

    async fn put(&self, body: Value) -> Answer {
        self.app.put(POLICY, &self.chief, body).await
    }

    async fn set(&self, body: Value) {
        let answer = self.put(body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["data"], self.get().await);
    }

    async fn mint(&self, more: Value) -> Answer {
        let mut body = json!({ "user_id": self.alice });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.app.post("/auth/generate-ticket", &self.key, body).await
    }

    async fn expires_in(&self, more: Value) -> i64 {
        let answer = self.mint(more).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["expires_in"].as_i64().expect("seconds")
    }
}

fn nothing_asked() -> Value {
    json!({
        "default_ttl_seconds": null,
        "forbid_unbound": false,
        "max_ttl_seconds": null,
        "require_client": false,
        "require_proof": false,
        "effective": { "default_ttl_seconds": 300, "max_ttl_seconds": 600, "on_behalf_ttl_seconds": 60 },
    })
}

#[tokio::test]
async fn a_policy_is_read_changed_in_parts_and_reset_by_null() {
    let scene = Scene::new().await;
    assert_eq!(scene.get().await, nothing_asked());
    scene.set(json!({ "require_client": true, "max_ttl_seconds": 120 })).await;
    scene.set(json!({ "default_ttl_seconds": 45, "unknown": 1 })).await;
    scene.set(json!({})).await;
    let mut expected = nothing_asked();
    for (member, value) in [
        ("require_client", json!(true)),
        ("max_ttl_seconds", json!(120)),
        ("default_ttl_seconds", json!(45)),
        (
            "effective",
            json!({ "default_ttl_seconds": 45, "max_ttl_seconds": 120, "on_behalf_ttl_seconds": 60 }),
        ),
    ] {
        expected[member] = value;
    }
    assert_eq!(scene.get().await, expected);
    let restarted = scene.app.restart(Setup { seed: 2, ..Setup::default() }).await;
    assert_eq!(restarted.get(POLICY, &scene.chief).await.body["data"], expected);
    let row = scene.app.audit("tenant.ticket_policy_changed").pop().expect("a row");
    assert_eq!((&row["require_client"], &row["max_ttl_seconds"]), (&json!("yes"), &json!(120)));
    assert_eq!(row["actor"], scene.app.admin.to_string());

    let reset = json!({ "require_client": null, "max_ttl_seconds": null, "default_ttl_seconds": null });
    scene.set(reset).await;
    assert_eq!(scene.get().await, nothing_asked());
}

#[tokio::test]
async fn lifetimes_that_cannot_be_are_refused_and_named() {
    let scene = Scene::new().await;
    scene.set(json!({ "max_ttl_seconds": 100 })).await;
    for (member, body) in [
        ("default_ttl_seconds", json!({ "default_ttl_seconds": 9 })),
        ("default_ttl_seconds", json!({ "default_ttl_seconds": 601 })),
        ("default_ttl_seconds", json!({ "default_ttl_seconds": 101 })),
        ("default_ttl_seconds", json!({ "default_ttl_seconds": 60, "max_ttl_seconds": 59 })),
        ("default_ttl_seconds", json!({ "default_ttl_seconds": "60" })),
        ("max_ttl_seconds", json!({ "max_ttl_seconds": 0 })),
        ("max_ttl_seconds", json!({ "max_ttl_seconds": -1 })),
        ("max_ttl_seconds", json!({ "max_ttl_seconds": 601 })),
        ("max_ttl_seconds", json!({ "max_ttl_seconds": 10.5 })),
        ("require_proof", json!({ "require_proof": "yes" })),
    ] {
        let answer = scene.put(body.clone()).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)), "{body}");
    }
    assert_eq!(scene.get().await["max_ttl_seconds"], 100);
    scene.set(json!({ "default_ttl_seconds": 100 })).await;
}

#[tokio::test]
async fn every_set_of_rules_against_every_set_of_bindings() {
    let scene = Scene::new().await;
    for rules in 0..8 {
        let (client, proof, bound) = (rules & 1 != 0, rules & 2 != 0, rules & 4 != 0);
        let policy = json!({ "require_client": client, "require_proof": proof, "forbid_unbound": bound });
        scene.set(policy.clone()).await;
        for bindings in 0..16 {
            let mut more = json!({});
            for (bit, member, value) in [
                (1, "client_id", scene.client.as_str()),
                (2, "proof", CHALLENGE),
                (4, "ip", "192.0.2.7"),
                (8, "context", "kiosk-7"),
            ] {
                if bindings & bit != 0 {
                    more[member] = json!(value);
                }
            }
            let expected = if client && bindings & 1 == 0 {
                (400, 40000415)
            } else if proof && bindings & 2 == 0 {
                (400, 40000416)
            } else if bound && bindings == 0 {
                (400, 40000417)
            } else {
                (200, 0)
            };
            assert_eq!(scene.mint(more.clone()).await.refusal(), expected, "{policy} {more}");
        }
    }
    let messages = scene.mint(json!({})).await.body["message"].clone();
    assert_eq!(messages, "this tenant's tickets need a client_id", "tells how to mend it");
}

#[tokio::test]
async fn lifetimes_follow_the_tenants_policy() {
    let scene = Scene::new().await;
    scene.set(json!({ "default_ttl_seconds": 45, "max_ttl_seconds": 50 })).await;
    assert_eq!(scene.expires_in(json!({})).await, 45);
    assert_eq!(scene.expires_in(json!({ "ttl_seconds": 50 })).await, 50);
    assert_eq!(scene.expires_in(json!({ "ttl_seconds": 10 })).await, 10);
    let longer = scene.mint(json!({ "ttl_seconds": 51 })).await;
    assert_eq!((longer.refusal(), &longer.body["max_ttl_seconds"]), ((400, 40000418), &json!("50")));
    assert_eq!(scene.mint(json!({ "ttl_seconds": 601 })).await.refusal(), (400, 40000402));
    let ask = json!({ "user_id": scene.alice, "reason": "asked by telephone" });
    scene.app.proves(&scene.chief);
    let on_behalf = scene.app.post("/auth/generate-ticket", &scene.chief, ask).await;
    assert_eq!((on_behalf.status, &on_behalf.body["expires_in"]), (200, &json!(50)), "60 is too long");

    // Without a default of its own the installation's is cut to what is allowed.
    scene.set(json!({ "default_ttl_seconds": null })).await;
    assert_eq!(scene.expires_in(json!({})).await, 50);
}

#[tokio::test]
async fn a_stricter_policy_leaves_issued_tickets_alone() {
    let scene = Scene::new().await;
    let minted = scene.mint(json!({ "ttl_seconds": 600 })).await;
    let ticket = minted.body["ticket"].as_str().expect("a ticket").to_owned();
    scene.set(json!({ "require_client": true, "require_proof": true, "max_ttl_seconds": 10 })).await;
    scene.app.clock.advance(Span::seconds(599));
    assert_eq!(scene.app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn the_policy_binds_everybody_but_the_operators_console() {
    let scene = Scene::new().await;
    scene.set(json!({ "require_client": true, "max_ttl_seconds": 10 })).await;
    assert_eq!(scene.mint(json!({})).await.refusal(), (400, 40000415));
    let for_self = json!({ "user_id": scene.app.admin.to_string() });
    let refused = scene.app.post("/auth/generate-ticket", &scene.chief, for_self).await;
    assert_eq!(refused.refusal(), (400, 40000415), "a super administrator, too");
    let by_console = scene.app.ticket(scene.app.admin).await;
    scene.app.clock.advance(Span::seconds(299));
    assert_eq!(scene.app.redeem(&by_console).await.status, 200, "break-glass");
}

#[tokio::test]
async fn a_policy_is_its_tenants_own() {
    let scene = Scene::new().await;
    let globex = scene.app.another_tenant("globex").await;
    scene.set(json!({ "require_client": true })).await;
    let key = globex.key(&[Permission::TicketMint, Permission::TenantRead], Role::Member).await;
    let key = key.raw.expose();
    assert_eq!(scene.app.get(POLICY, key).await.body["data"], nothing_asked());
    let bob = globex.user("bob", Role::Member).await.to_string();
    assert_eq!(scene.app.post("/auth/generate-ticket", key, json!({ "user_id": bob })).await.status, 200);
}

#[tokio::test]
async fn renaming_the_tenant_keeps_the_policy() {
    let scene = Scene::new().await;
    scene.set(json!({ "require_proof": true })).await;
    let path = format!("/admin/tenants/{}", scene.app.tenant);
    assert_eq!(scene.app.put(&path, &scene.chief, json!({ "name": "acme" })).await.status, 200);
    assert_eq!(scene.get().await["require_proof"], true);
}
