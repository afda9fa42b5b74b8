//! Webhooks over HTTP, and what arrives at their other end.

mod delivering;
mod failing;
mod managing;

use authms_core::access::Role;
use authms_testkit::{Population, Received, TestApp};
use serde_json::{Value, json};

/// The access token of an administrator.
async fn boss(app: &TestApp) -> String {
    let boss = app.user("boss", Role::Admin).await;
    app.sign_in(boss).await.access
}

/// A webhook for these events: its identifier and secret. What happened before it is sealed.
async fn webhook(app: &TestApp, bearer: &str, events: Value) -> (String, String) {
    app.seal().await;
    let body = json!({ "url": "https://hooks.shop.test/in", "events": events });
    let made = app.post("/admin/webhooks", bearer, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let text = |member: &str| made.body["data"][member].as_str().expect(member).to_owned();
    (text("id"), text("secret"))
}

fn names(received: &[Received]) -> Vec<&str> {
    received.iter().map(Received::name).collect()
}

/// What a webhook's log says: name, status and attempts of each, newest first.
async fn log(app: &TestApp, bearer: &str, id: &str, filter: &str) -> Vec<Value> {
    let found = app.get(&format!("/admin/webhooks/{id}/deliveries{filter}"), bearer).await;
    assert_eq!(found.status, 200, "{found:?}");
    found.body["items"].as_array().expect("a list").clone()
}

/// Another administrator, of another tenant.
async fn stranger(other: &Population<'_>) -> String {
    other.signed_in("carol", Role::SuperAdmin).await.1
}
