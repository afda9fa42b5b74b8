//! Administering API keys.

use super::stage::{Cast, Who, scopes};
use authms_core::access::{Permission, Role};
use authms_core::audit::Source;
use authms_core::key::{self, CreateKey};
use authms_core::time::Span;
use authms_http::routes;
use authms_testkit::{Answer, TestApp};
use serde_json::{Value, json};

const KEYS: &str = "/auth/api-keys";

fn text(answer: &Answer, member: &str) -> String {
    answer.body["data"][member].as_str().unwrap_or_else(|| panic!("{member}: {}", answer.body)).to_owned()
}

#[tokio::test]
async fn a_keys_life() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let (me, admin) = app.home().signed_in("root", Role::Admin).await;
    let made = app
        .post(KEYS, &admin, json!({ "name": "Shop", "scopes": ["ticket:mint"], "environment": "test" }))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, raw) = (text(&made, "id"), text(&made, "raw_key"));
    assert!(raw.starts_with("ak_"));
    assert_eq!(made.body["data"]["rank"], "member", "the default");
    assert_eq!(made.body["data"]["user_id"], me.to_string());
    assert!(made.body["data"].get("expires_at").is_none());
    let path = format!("{KEYS}/{id}");

    // The raw key is shown this once.
    for answer in [app.get(&path, &admin).await, app.get(KEYS, &admin).await] {
        assert_eq!(answer.status, 200);
        assert!(
            !answer.body.to_string().contains("raw_key") && !answer.body.to_string().contains(&raw[..30])
        );
    }
    let mint = || app.post("/auth/generate-ticket", &raw, json!({ "user_id": alice.to_string() }));
    let first = mint().await;
    assert_eq!(first.status, 200);
    let token =
        app.redeem(first.body["ticket"].as_str().unwrap_or_default()).await.body["access_token"].clone();
    let token = token.as_str().unwrap_or_default();
    assert_eq!(app.get("/auth/me", token).await.status, 200);

    // Off: it authenticates no more, and what it minted ends.
    let put = |status: &str| {
        app.request("PUT", &format!("{path}/status")).bearer(&admin).json(json!({ "status": status })).send()
    };
    let off = put("inactive").await;
    assert_eq!((off.status, text(&off, "status")), (200, "inactive".to_owned()));
    assert_eq!(mint().await.refusal(), (401, 40000009));
    assert_eq!(app.get("/auth/me", token).await.status, 401);
    assert_eq!(put("deleted").await.refusal(), (400, 40000001));
    assert_eq!(put("active").await.status, 200);
    assert_eq!(mint().await.status, 200);
    assert_eq!(app.get("/auth/me", token).await.status, 401, "what ended stays ended");

    let gone = app.request("DELETE", &path).bearer(&admin).send().await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(mint().await.refusal(), (401, 40000009));
    assert_eq!(app.get(&path, &admin).await.refusal(), (404, 40000701));
    assert_eq!(put("active").await.refusal(), (404, 40000701));
}

#[tokio::test]
async fn a_key_expires() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("root", Role::Admin).await;
    let now = app.parts.now();
    let soon = now.plus(Span::seconds(60)).to_string();
    for (bad, code) in
        [("yesterday", 40000001), ("2026-13-01T00:00:00Z", 40000001), (&now.to_string(), 40000001)]
    {
        let refused = app.post(KEYS, &admin, json!({ "name": "Shop", "expires_at": bad })).await;
        assert_eq!(refused.refusal(), (400, code), "{bad}");
        assert_eq!(refused.body["member"], "expires_at");
    }
    let made =
        app.post(KEYS, &admin, json!({ "name": "Shop", "scopes": ["user:read"], "expires_at": soon })).await;
    assert_eq!((made.status, text(&made, "expires_at")), (201, soon));
    let raw = text(&made, "raw_key");
    app.clock.advance(Span::seconds(59));
    assert_eq!(app.get("/admin/users", &raw).await.status, 200);
    app.clock.advance(Span::seconds(1));
    assert_eq!(app.get("/admin/users", &raw).await.refusal(), (401, 40000009));
}

#[tokio::test]
async fn a_key_never_ranks_above_its_creator_nor_does_what_they_may_not() {
    let app = TestApp::start().await;
    for creator in [Role::Admin, Role::SuperAdmin] {
        let (_, bearer) =
            app.home().signed_in(&format!("the-{}", creator.as_str().replace('_', "-")), creator).await;
        for rank in Role::ALL {
            let body = json!({ "name": "key", "scopes": ["ticket:mint"], "rank": rank.as_str() });
            let answer = app.post(KEYS, &bearer, body).await;
            let expected = if rank <= creator { (201, 0) } else { (403, 40000011) };
            assert_eq!(answer.refusal(), expected, "{creator:?} makes a key of rank {rank:?}");
        }
        for scope in Permission::ALL {
            let answer = app.post(KEYS, &bearer, json!({ "name": "key", "scopes": [scope.as_str()] })).await;
            let minting = matches!(scope, Permission::TicketMint | Permission::TicketVouch);
            let expected = if !scope.is_scope() {
                (403, 40000702)
            } else if minting || creator.grants(scope) {
                (201, 0)
            } else {
                (403, 40000702)
            };
            assert_eq!(answer.refusal(), expected, "{creator:?} gives {scope:?}: {}", answer.body);
        }
    }
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    for (body, member) in [
        (json!({ "name": "k", "scopes": ["everything"] }), "scopes"),
        (json!({ "name": "k", "rank": "owner" }), "rank"),
        (json!({ "name": "k", "environment": "staging" }), "environment"),
        (json!({ "name": " " }), "name"),
    ] {
        let answer = app.post(KEYS, &admin, body.clone()).await;
        assert_eq!(
            (answer.refusal(), answer.body["member"].as_str()),
            ((400, 40000001), Some(member)),
            "{body}"
        );
    }
}

/// An admin administers users below their rank; a key of theirs must not reach further.
#[tokio::test]
async fn p20_nobody_reaches_their_equals_through_a_key() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    for scope in ["user:write", "user:delete"] {
        for rank in Role::ALL {
            let body = json!({ "name": "key", "scopes": ["user:read", scope], "rank": rank.as_str() });
            let expected = if rank < Role::Admin { (201, 0) } else { (403, 40000011) };
            assert_eq!(app.post(KEYS, &admin, body).await.refusal(), expected, "{scope} of rank {rank:?}");
        }
    }
    let root = app.sign_in(app.admin).await.access;
    let body = json!({ "name": "key", "scopes": ["user:write"], "rank": "super_admin" });
    assert_eq!(app.post(KEYS, &root, body).await.status, 201, "the highest rank administers its equals");
}

#[tokio::test]
async fn keys_of_a_higher_rank_are_out_of_reach() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let high = app.home().key(&scopes(), Role::SuperAdmin).await;
    let path = format!("{KEYS}/{}", high.key.id);
    assert_eq!(app.get(&path, &admin).await.status, 200, "to be seen");
    let bearer = admin.as_str();
    for status in ["active", "inactive", "compromised"] {
        let put = app.put(&format!("{path}/status"), bearer, json!({ "status": status })).await;
        assert_eq!(put.refusal(), (403, 40000011), "{status}");
    }
    assert_eq!(app.delete(&path, bearer).await.refusal(), (403, 40000011));
    assert_eq!(app.delete(&format!("/admin{path}/force"), bearer).await.refusal(), (403, 40000011));
    assert_eq!(app.post(&format!("{path}/rotate"), bearer, json!({})).await.refusal(), (403, 40000011));
    assert_eq!(app.get("/admin/users", high.raw.expose()).await.status, 200, "it still works");
}

#[tokio::test]
async fn keys_do_not_manage_keys_and_malformed_ones_are_unknown() {
    let app = TestApp::start().await;
    let full = app.home().key(&scopes(), Role::SuperAdmin).await.raw;
    let all = [&scopes()[..], &[Permission::KeyWrite]].concat();
    let ask = CreateKey { name: "manager".to_owned(), scopes: all, ..CreateKey::default() };
    let refused = key::create(&app.parts, &app.console(), ask, &Source::default()).await;
    assert_eq!(refused.expect_err("no scope").to_string(), "scopes: key:write is not yours to give");
    for route in routes().iter().filter(|r| r.path.contains("/api-keys") && r.method != "GET") {
        for who in [Who::Minter, Who::FullKey] {
            let cast = Cast::new(&app, &app.home(), who, route).await;
            let before = app.written();
            let at = format!("{} {} by a {}", route.method, route.path, who.name());
            assert_eq!(cast.send(route).await.refusal(), (403, 40000013), "{at}");
            assert_eq!(app.written(), before, "{at}");
        }
    }
    for id in ["x", "key_", "key_0000000000000000000001", "usr_0000000000000000000001", "ak_x"] {
        assert_eq!(app.get(&format!("{KEYS}/{id}"), full.expose()).await.refusal(), (404, 40000701), "{id}");
    }
}

#[tokio::test]
async fn p22_what_a_key_is_is_not_for_the_body_to_say() {
    let app = TestApp::start().await;
    let (me, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let sly = json!({
        "name": "key", "id": "key_0000000000000000000001", "raw_key": "ak_mine", "secret_hash": "00", "fence": 9,
        "status": "inactive", "tenant_id": "tnt_x", "user_id": app.admin.to_string(), "created_by": app.admin.to_string(),
    });
    let made = app.post(KEYS, &admin, sly.clone()).await;
    assert_eq!(made.status, 201);
    let data = &made.body["data"];
    assert_eq!((&data["status"], &data["user_id"]), (&json!("active"), &json!(me.to_string())));
    assert_eq!(data["tenant_id"], app.tenant.to_string());
    assert!(data["id"] != sly["id"] && data["raw_key"] != sly["raw_key"]);
    assert_eq!(data["scopes"], json!([]), "nothing is given that was not asked for");
}
