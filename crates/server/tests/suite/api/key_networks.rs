//! API keys that may be used from some networks only.

use super::stage::scopes;
use authms_core::access::{Permission, Role};
use authms_core::key::{self, CreateKey, NewRestriction};
use authms_core::limits::Quota;
use authms_core::time::Span;
use authms_testkit::{Answer, Setup, TestApp};
use serde_json::{Value, json};

/// A raw key that may be used from these networks.
async fn restricted(app: &TestApp, networks: &[&str]) -> String {
    let network = |value: &&str| NewRestriction { value: (*value).to_owned(), label: None };
    let more = CreateKey { networks: networks.iter().map(network).collect(), ..CreateKey::default() };
    let made = app.home().key_with(&[Permission::UserRead], Role::Member, more).await;
    made.raw.expose().to_owned()
}

async fn used_from(app: &TestApp, key: &str, peer: &str) -> Answer {
    app.request("GET", "/admin/users").bearer(key).from(peer).send().await
}

/// What a caller can tell answers apart by.
fn seen(answer: &Answer) -> (u16, Value, Value, String) {
    let header = answer.header("www-authenticate").to_owned();
    (answer.status, answer.body["code"].clone(), answer.body["message"].clone(), header)
}

#[tokio::test]
async fn a_restricted_key_is_refused_elsewhere_like_any_wrong_key() {
    let app = TestApp::start().await;
    let key = restricted(&app, &["192.0.2.0/24", "2001:db8::/48", "::ffff:198.51.100.7"]).await;
    for inside in ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.7", "2001:db8::9", "198.51.100.7"] {
        assert_eq!(used_from(&app, &key, inside).await.status, 200, "{inside}");
    }
    let unknown = app.home().key(&scopes(), Role::Member).await.raw.expose().to_owned();
    app.delete(&format!("/auth/api-keys/{}", id_of(&app, &unknown).await), &root(&app).await).await;
    let wrong = seen(&used_from(&app, &unknown, "192.0.2.7").await);
    assert_eq!((wrong.0, &wrong.1), (401, &json!(40000009)));
    for outside in
        ["192.0.3.0", "198.51.100.8", "127.0.0.1", "2001:db8:1::1", "::192.0.2.7", "64:ff9b::c000:207"]
    {
        assert_eq!(seen(&used_from(&app, &key, outside).await), wrong, "{outside}");
    }
}

#[tokio::test]
async fn s51_a_restricted_key_is_not_moved_by_forged_proxy_headers() {
    let setup = Setup::default();
    let trusting = Setup {
        settings: authms_http::Settings {
            trusted_proxies: vec!["10.0.0.0/8".parse().expect("a net")],
            ..setup.settings.clone()
        },
        ..setup
    };
    let app = TestApp::with(trusting).await;
    let key = restricted(&app, &["192.0.2.0/24"]).await;
    let via = async |peer: &str, header: &str, value: &str| {
        app.request("GET", "/admin/users").bearer(&key).from(peer).header(header, value).send().await.status
    };
    for (header, value) in [
        ("x-forwarded-for", "192.0.2.7"),
        ("forwarded", "for=192.0.2.7"),
        ("x-real-ip", "192.0.2.7"),
        ("true-client-ip", "192.0.2.7"),
    ] {
        assert_eq!(via("203.0.113.9", header, value).await, 401, "{header} from a stranger");
    }
    assert_eq!(via("10.0.0.1", "x-forwarded-for", "192.0.2.7").await, 200, "a trusted proxy tells");
    assert_eq!(via("10.0.0.1", "x-forwarded-for", "192.0.2.7, 203.0.113.9").await, 401, "forged left of it");
    assert_eq!(via("10.0.0.1", "x-real-ip", "192.0.2.7").await, 401, "the proxy itself is not inside");
}

#[tokio::test]
async fn networks_are_added_and_removed() {
    let app = TestApp::start().await;
    let admin = root(&app).await;
    let made = app.home().key(&[Permission::UserRead], Role::Member).await;
    let raw = made.raw.expose();
    let path = format!("/auth/api-keys/{}/ip-restrictions", made.key.id);
    assert_eq!(used_from(&app, raw, "203.0.113.9").await.status, 200, "from anywhere");

    let added = app.post(&path, &admin, json!({ "value": "::FFFF:10.0.0.0/104", "label": " Büro " })).await;
    let listed = &added.body["data"]["ip_restrictions"][0];
    assert_eq!((added.status, &listed["value"]), (200, &json!("10.0.0.0/8")), "in one form");
    assert_eq!((&listed["label"], &listed["status"]), (&json!("Büro"), &json!("active")));
    let first = listed["id"].as_str().expect("an id").to_owned();
    assert_eq!(used_from(&app, raw, "203.0.113.9").await.status, 401, "at once");
    let added = app.post(&path, &admin, json!({ "value": "203.0.113.9" })).await;
    let second = added.body["data"]["ip_restrictions"][1].clone();
    assert_eq!((&second["value"], second.get("label")), (&json!("203.0.113.9"), None));
    assert_eq!(used_from(&app, raw, "203.0.113.9").await.status, 200);

    for bad in [
        "",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "localhost",
        "0x7f.1",
        "fe80::1%eth0",
        "10.0.0.0/8",
        "203.0.113.9/32",
    ] {
        let refused = app.post(&path, &admin, json!({ "value": bad })).await;
        assert_eq!((refused.refusal(), &refused.body["member"]), ((400, 40000001), &json!("value")), "{bad}");
    }
    let other = app.home().key(&[], Role::Member).await.key.id;
    let elsewhere = format!("/auth/api-keys/{other}/ip-restrictions/{first}");
    assert_eq!(app.delete(&elsewhere, &admin).await.refusal(), (404, 40000705), "another key's");
    assert_eq!(app.delete(&format!("{path}/x"), &admin).await.refusal(), (404, 40000705));

    let removed = app.delete(&format!("{path}/{first}"), &admin).await;
    assert_eq!((removed.status, &removed.body["data"]["ip_restrictions"]), (200, &json!([second])));
    assert_eq!(app.delete(&format!("{path}/{first}"), &admin).await.refusal(), (404, 40000705), "it is gone");
    assert_eq!(used_from(&app, raw, "10.0.0.1").await.status, 401);
    let last = second["id"].as_str().expect("an id");
    assert_eq!(app.delete(&format!("{path}/{last}"), &admin).await.status, 200);
    assert_eq!(used_from(&app, raw, "198.51.100.1").await.status, 200, "no restriction is left");

    for n in 0..32 {
        assert_eq!(app.post(&path, &admin, json!({ "value": format!("10.0.{n}.0/24") })).await.status, 200);
    }
    let one_more = app.post(&path, &admin, json!({ "value": "10.1.0.0/24" })).await;
    assert_eq!(one_more.refusal(), (400, 40000001), "{}", one_more.body);
    let body = json!({ "name": "k", "ip_restrictions": vec!["10.0.0.0/8"; 2] });
    assert_eq!(app.post("/auth/api-keys", &admin, body).await.refusal(), (400, 40000001), "twice");
}

/// Who has the secret and is refused is told of, in rows whose number no flood decides, and without a write that would
/// tell by its time that the secret is right.
#[tokio::test]
async fn a_flood_from_elsewhere_leaves_a_row_a_minute_and_costs_the_rightful_user_nothing() {
    let mut setup = Setup::default();
    setup.policy.quotas.client = Quota { requests: 5, window: Span::seconds(60) };
    let app = TestApp::with(setup).await;
    let key = restricted(&app, &["192.0.2.0/24"]).await;
    let before = (app.written(), app.faults.counts().commits);
    for n in 0..300 {
        assert_eq!(
            used_from(&app, &key, &format!("198.51.100.{}", n % 256)).await.refusal(),
            (401, 40000009)
        );
    }
    assert_eq!((app.written(), app.faults.counts().commits), before, "no request writes");
    key::write_uses(&app.parts).await.expect("writes");
    let rows = app.audit("api_key.refused");
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(
        (&row["why"], &row["count"], &row["ip"]),
        (&json!("network"), &json!(300), &json!("198.51.100.43"))
    );
    assert_eq!(row["key"], id_of(&app, &key).await);
    assert_eq!(row["tenant"], app.tenant.to_string());
    assert_eq!(used_from(&app, &key, "192.0.2.7").await.status, 200, "the budget is untouched");

    for second in 0..60 {
        used_from(&app, &key, "198.51.100.9").await;
        key::write_uses(&app.parts).await.expect("writes");
        assert_eq!(app.audit("api_key.refused").len(), 1, "second {second}");
        app.clock.advance(Span::seconds(1));
    }
    key::write_uses(&app.parts).await.expect("writes");
    let rows = app.audit("api_key.refused");
    assert_eq!((rows.len(), &rows[1]["count"]), (2, &json!(60)));

    // A process that ends writes what is not due yet.
    used_from(&app, &key, "198.51.100.9").await;
    key::write_last_uses(&app.parts).await.expect("writes");
    assert_eq!(app.audit("api_key.refused").len(), 3);
}

#[tokio::test]
async fn who_lacks_the_secret_leaves_no_trace_and_every_other_refusal_says_why() {
    let app = TestApp::start().await;
    let admin = root(&app).await;
    let key = app.home().key(&[Permission::UserRead], Role::Member).await;
    let guess = authms_crypto::OpaqueToken::generate(*key.key.id.bytes()).format("ak_");
    assert_eq!(used_from(&app, guess.expose(), "192.0.2.1").await.status, 401);
    key::write_uses(&app.parts).await.expect("writes");
    assert!(app.audit("api_key.refused").is_empty());

    let soon = CreateKey { expires_at: Some(app.parts.now().plus(Span::seconds(1))), ..CreateKey::default() };
    let expiring = app.home().key_with(&[], Role::Member, soon).await;
    app.clock.advance(Span::seconds(1));
    let status = format!("/auth/api-keys/{}/status", key.key.id);
    assert_eq!(app.put(&status, &admin, json!({ "status": "inactive" })).await.status, 200);
    for raw in [&key.raw, &expiring.raw] {
        assert_eq!(used_from(&app, raw.expose(), "192.0.2.1").await.refusal(), (401, 40000009));
    }
    key::write_uses(&app.parts).await.expect("writes");
    let mut why: Vec<_> = app.audit("api_key.refused").iter().map(|row| row["why"].clone()).collect();
    why.sort_by_key(Value::to_string);
    assert_eq!(why, ["expired", "inactive"]);
}

async fn root(app: &TestApp) -> String {
    app.sign_in(app.admin).await.access
}

async fn id_of(app: &TestApp, raw: &str) -> String {
    let token = authms_crypto::OpaqueToken::parse("ak_", raw).expect("a key");
    assert!(app.store().api_key(authms_core::id::ApiKeyId::from_bytes(token.id)).await.is_ok());
    authms_core::id::ApiKeyId::from_bytes(token.id).to_string()
}
