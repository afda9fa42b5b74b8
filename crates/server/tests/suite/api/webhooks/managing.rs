//! Who may have webhooks, where to, and what an attacker would make of them.

use super::{boss, names, stranger, webhook};
use authms_core::access::{Permission, Role};
use authms_crypto::WebhookSecret;
use authms_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_webhook_is_made_looked_at_changed_and_deleted() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let body =
        json!({ "url": "https://hooks.shop.test/in", "description": "CRM", "events": ["user.*", "user.*"] });
    let made = app.post("/admin/webhooks", &boss, body).await;
    let data = &made.body["data"];
    let secret = data["secret"].as_str().expect("a secret");
    assert!(made.status == 201 && secret.starts_with("whsec_") && secret.len() == 50, "{made:?}");
    let path = format!("/admin/webhooks/{}", data["id"].as_str().expect("an id"));
    let shown = app.get(&path, &boss).await.body["data"].clone();
    assert_eq!(
        (&shown["description"], &shown["events"], &shown["status"]),
        (&json!("CRM"), &json!(["user.*"]), &json!("active"))
    );
    assert!(shown["secret"].is_null() && !shown.to_string().contains(secret), "shown once");
    assert_eq!(app.get("/admin/webhooks", &boss).await.body["items"], json!([shown]));
    let put =
        app.put(&path, &boss, json!({ "events": ["*"], "status": "disabled" })).await.body["data"].clone();
    assert_eq!((&put["events"], &put["disabled_reason"]), (&json!(["*"]), &json!("administrator")));
    assert_eq!(put["url"], "https://hooks.shop.test/in", "what is absent stays");
    app.user("ada", Role::Member).await;
    assert!(app.hooks_leave().await.is_empty());
    assert_eq!(app.delete(&path, &boss).await.status, 204);
    assert_eq!(app.get(&path, &boss).await.code(), 40001901);
    assert_eq!(app.delete(&path, &boss).await.code(), 40001901);
    app.seal().await;
    for name in ["webhook.created", "webhook.updated", "webhook.deleted"] {
        assert_eq!(app.count(&format!("SELECT count(*) FROM audit_rows WHERE name = '{name}'")), 1, "{name}");
    }
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let url = "https://hooks.shop.test/in";
    for bad in [
        "http://hooks.shop.test/",
        "ftp://x",
        "https://a:b@hooks.shop.test/",
        "https://127.1/",
        "https://10.0.0.1/",
        "x",
    ] {
        let refused = app.post("/admin/webhooks", &boss, json!({ "url": bad, "events": ["*"] })).await;
        assert_eq!((refused.status, refused.code()), (400, 40001903), "{bad}");
    }
    for bad in
        [json!([]), json!(["user.crated"]), json!(["user"]), json!("*"), json!(vec!["*"; 101]), json!([1])]
    {
        let refused = app.post("/admin/webhooks", &boss, json!({ "url": url, "events": bad })).await;
        assert_eq!(refused.status, 400, "{bad}");
    }
    let events = app.get("/admin/webhooks/events", &boss).await.body["data"]["events"].clone();
    let events = events.as_array().expect("names");
    assert!(events.len() > 80 && events.contains(&json!("webhook.disabled")));
    for event in &events[..20] {
        let made = app.post("/admin/webhooks", &boss, json!({ "url": url, "events": [event] })).await;
        assert_eq!(made.status, 201);
    }
    let one_more = app.post("/admin/webhooks", &boss, json!({ "url": url, "events": ["*"] })).await;
    assert_eq!((one_more.status, one_more.code()), (409, 40001902));
}

#[tokio::test]
async fn p21_a_webhook_is_for_its_tenant_alone() {
    let app = TestApp::start().await;
    let other = app.another_tenant("globex").await;
    let theirs = stranger(&other).await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["*"])).await;
    other.user("dora", Role::Member).await;
    app.hooks_leave().await.iter().for_each(|told| {
        assert!(
            !String::from_utf8_lossy(&told.bytes).contains(&other.tenant.to_string()),
            "not a word of another's"
        );
    });
    let told = app.get(&format!("/admin/webhooks/{id}/deliveries"), &boss).await.body["items"][0]["event_id"]
        .clone();
    let path = format!("/admin/webhooks/{id}");
    assert_eq!(app.get(&path, &theirs).await.code(), 40001901);
    assert_eq!(app.put(&path, &theirs, json!({ "url": "https://evil.test/" })).await.code(), 40001901);
    assert_eq!(app.delete(&path, &theirs).await.code(), 40001901);
    for act in
        ["rotate-secret", "test", "replay", &format!("deliveries/{}/replay", told.as_str().expect("an id"))]
    {
        let refused = app.post(&format!("{path}/{act}"), &theirs, json!({})).await;
        assert_eq!((refused.status, refused.code()), (404, 40001901), "{act}");
    }
    assert_eq!(app.get(&format!("{path}/deliveries"), &theirs).await.code(), 40001901);
    assert_eq!(app.get("/admin/webhooks", &theirs).await.body["total"], 0);
    // The same event, at a webhook that was never told of it.
    let (own, _) = webhook(&app, &theirs, json!(["*"])).await;
    let replay = format!("/admin/webhooks/{own}/deliveries/{}/replay", told.as_str().expect("an id"));
    assert_eq!(app.post(&replay, &theirs, json!({})).await.code(), 40001904);
}

#[tokio::test]
async fn a_key_needs_the_log_to_have_others_told_of_it() {
    let app = TestApp::start().await;
    let body = json!({ "url": "https://hooks.shop.test/in", "events": ["*"] });
    for (scopes, status) in [
        (vec![Permission::WebhookWrite], 403),
        (vec![Permission::AuditRead], 403),
        (vec![Permission::WebhookRead, Permission::AuditRead], 403),
        (vec![Permission::WebhookWrite, Permission::AuditRead], 201),
    ] {
        let key = app.api_key(&scopes, Role::Admin).await;
        assert_eq!(app.post("/admin/webhooks", &key, body.clone()).await.status, status, "{scopes:?}");
    }
}

#[tokio::test]
async fn s06_of_a_webhook_the_database_keeps_no_secret_that_can_be_read() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (_, secret) = webhook(&app, &boss, json!(["user.created"])).await;
    app.user("ada", Role::Member).await;
    let told = app.hooks_leave().await;
    assert_eq!(names(&told), ["user.created"]);
    let at_rest = app.at_rest();
    assert!(at_rest.holds(b"https://hooks.shop.test/in"), "else this test shows nothing");
    assert!(
        !at_rest.holds(secret.as_bytes()) && !at_rest.holds(secret.trim_start_matches("whsec_").as_bytes())
    );
}

#[tokio::test]
async fn once_another_url_is_acknowledged_nothing_goes_to_the_former() {
    let app = TestApp::start().await;
    let boss = boss(&app).await;
    let (id, _) = webhook(&app, &boss, json!(["user.created"])).await;
    app.user("ada", Role::Member).await;
    app.seal().await;
    // Whoever tells it has read where to, and has not begun.
    let put = app.request("PUT", &format!("/admin/webhooks/{id}")).bearer(&boss);
    let put = put.json(json!({ "url": "https://moved.shop.test/in" }));
    app.faults.before_next_commit(put.send());
    authms_core::webhook::deliver(&app.parts).await.expect("delivers");
    assert!(app.receiver.take().is_empty(), "that turn is over");
    let told = app.hooks_leave().await;
    assert_eq!((told.len(), told[0].url.as_str()), (1, "https://moved.shop.test/in"));
}

#[tokio::test]
async fn a_disabled_tenants_webhooks_rest() {
    let app = TestApp::start().await;
    let other = app.another_tenant("globex").await;
    let theirs = stranger(&other).await;
    webhook(&app, &theirs, json!(["user.created"])).await;
    other.user("dora", Role::Member).await;
    let admin = app.sign_in(app.admin).await.access;
    let tenant = format!("/admin/tenants/{}", other.tenant);
    assert_eq!(app.put(&tenant, &admin, json!({ "status": "disabled" })).await.status, 200);
    assert!(app.hooks_leave().await.is_empty());
    assert_eq!(app.put(&tenant, &admin, json!({ "status": "active" })).await.status, 200);
    assert_eq!(names(&app.hooks_leave().await), ["user.created"], "nothing is lost");
}

#[test]
fn the_page_shows_a_message_that_is_signed_as_ours_are() {
    let page = include_str!("../../../../../../docs/webhooks.md");
    let cell = |name: &str| {
        let row = page.lines().find_map(|line| line.strip_prefix(&format!("| {name} | `"))).expect(name);
        row.strip_suffix("` |").expect("a cell").to_owned()
    };
    let secret = WebhookSecret::new([7; 32]);
    assert_eq!(cell("secret"), secret.format().expose());
    let (id, stamp, body) = (cell("`webhook-id`"), cell("`webhook-timestamp`"), cell("body"));
    let signature = secret.sign(&id, stamp.parse().expect("seconds"), body.as_bytes());
    assert_eq!(cell("`webhook-signature`"), signature);
}
