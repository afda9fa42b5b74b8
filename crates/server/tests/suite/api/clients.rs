//! Administering clients.

use authms_core::access::Role;
use authms_testkit::{Answer, TestApp};
use serde_json::{Value, json};

const CLIENTS: &str = "/admin/oauth/clients";

/// Mints a ticket for one client alone.
async fn ticket_for(app: &TestApp, key: &str, user: &str, client: &str) -> String {
    let minted =
        app.post("/auth/generate-ticket", key, json!({ "user_id": user, "client_id": client })).await;
    assert_eq!(minted.status, 200, "{}", minted.body);
    minted.body["ticket"].as_str().expect("a ticket").to_owned()
}

async fn redeem(app: &TestApp, ticket: &str, client: &str, secret: &str) -> Answer {
    let request = app.request("POST", "/auth/ticket/signin").basic(client, secret);
    request.json(json!({ "ticket": ticket })).send().await
}

fn text(answer: &Answer, member: &str) -> String {
    answer.body["data"][member].as_str().unwrap_or_else(|| panic!("{member}: {}", answer.body)).to_owned()
}

#[tokio::test]
async fn a_clients_life() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await.to_string();
    let key = app.api_key(&[authms_core::access::Permission::TicketMint], Role::Member).await;

    let made =
        app.post(CLIENTS, &admin, json!({ "name": "Shop", "redirect_uris": ["https://shop.test/cb"] })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (id, secret) = (text(&made, "client_id"), text(&made, "client_secret"));
    assert!(secret.starts_with("cs_") && secret.ends_with(&text(&made, "secret_last_four")));
    let path = format!("{CLIENTS}/{id}");

    // The secret is shown this once.
    for answer in [app.get(&path, &admin).await, app.get(CLIENTS, &admin).await] {
        assert_eq!(answer.status, 200);
        let shown = answer.body.to_string();
        assert!(!shown.contains(&secret) && !shown.contains("client_secret\""), "{shown}");
    }
    let ticket = ticket_for(&app, &key, &alice, &id).await;
    let signed_in = redeem(&app, &ticket, &id, &secret).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    let token = signed_in.body["access_token"].as_str().unwrap_or_default();

    // Rotation: the former secret stops working at once, sessions go on.
    let rotated = app.request("POST", &format!("{path}/rotate-secret")).bearer(&admin).send().await;
    assert_eq!((rotated.status, text(&rotated, "client_id")), (200, id.clone()));
    let fresh = text(&rotated, "new_secret");
    let ticket = ticket_for(&app, &key, &alice, &id).await;
    assert_eq!(redeem(&app, &ticket, &id, &secret).await.refusal(), (400, 40000401));
    assert_eq!(redeem(&app, &ticket, &id, &fresh).await.status, 200);
    assert_eq!(app.get("/auth/me", token).await.status, 200);

    // Disabled: its sessions and tickets end at once.
    let put = |body: Value| app.request("PUT", &path).bearer(&admin).json(body).send();
    let ticket = ticket_for(&app, &key, &alice, &id).await;
    let off = put(json!({ "status": "disabled" })).await;
    assert_eq!((off.status, text(&off, "status")), (200, "disabled".to_owned()));
    assert_eq!(redeem(&app, &ticket, &id, &fresh).await.status, 400);
    assert_eq!(app.get("/auth/me", token).await.status, 401);
    let mint = json!({ "user_id": alice, "client_id": id });
    assert_eq!(app.post("/auth/generate-ticket", &key, mint).await.refusal(), (404, 40000601));
    assert_eq!(put(json!({ "status": "active" })).await.status, 200);
    assert_eq!(redeem(&app, &ticket, &id, &fresh).await.status, 400, "what ended stays ended");

    let gone = app.request("DELETE", &path).bearer(&admin).send().await;
    assert_eq!((gone.status, gone.body), (204, Value::Null));
    assert_eq!(app.get(&path, &admin).await.refusal(), (404, 40000601));
    assert_eq!(put(json!({ "name": "Ghost" })).await.refusal(), (404, 40000601));
}

#[tokio::test]
async fn a_client_redeems_only_the_purposes_that_it_may() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    app.proves(&admin);
    let alice = app.user("alice", Role::Member).await.to_string();
    let made = app.post(CLIENTS, &admin, json!({ "name": "Shop" })).await;
    assert_eq!(made.body["data"]["purposes"], json!(["sso"]), "the default");
    let id = text(&made, "client_id");
    let mint = json!({ "user_id": alice, "client_id": id, "reason": "ticket 42" });
    assert_eq!(app.post("/auth/generate-ticket", &admin, mint.clone()).await.refusal(), (400, 40000404));
    let put = app.request("PUT", &format!("{CLIENTS}/{id}")).bearer(&admin);
    assert_eq!(put.json(json!({ "purposes": ["on_behalf"] })).send().await.status, 200);
    assert_eq!(app.post("/auth/generate-ticket", &admin, mint).await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_a_client_is_named() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    assert_eq!(app.post(CLIENTS, &admin, json!({ "name": "Shop" })).await.status, 201);
    let other = app.post(CLIENTS, &admin, json!({ "name": "Other" })).await;
    let path = format!("{CLIENTS}/{}", text(&other, "client_id"));
    let many: Vec<_> = (0..21).map(|n| format!("https://a.test/{n}")).collect();
    for (body, wanted, member) in [
        (json!({ "name": "Shop" }), (409, 40000602), None),
        (json!({ "name": " Shop " }), (409, 40000602), None),
        (json!({ "name": "" }), (400, 40000001), Some("name")),
        (json!({ "name": "a\u{200b}b" }), (400, 40000001), Some("name")),
        (json!({ "name": "X", "purposes": ["admin"] }), (400, 40000001), Some("purposes")),
        (json!({ "name": "X", "redirect_uris": ["/relative"] }), (400, 40000001), Some("redirect_uris")),
        (
            json!({ "name": "X", "redirect_uris": ["https://a.test/#f"] }),
            (400, 40000001),
            Some("redirect_uris"),
        ),
        (
            json!({ "name": "X", "redirect_uris": ["https://a.test/ b"] }),
            (400, 40000001),
            Some("redirect_uris"),
        ),
        (
            json!({ "name": "X", "redirect_uris": ["https://\u{e9}.test/"] }),
            (400, 40000001),
            Some("redirect_uris"),
        ),
        (json!({ "name": "X", "redirect_uris": many }), (400, 40000001), Some("redirect_uris")),
    ] {
        let before = app.written();
        for request in [app.request("POST", CLIENTS), app.request("PUT", &path)] {
            let answer = request.bearer(&admin).json(body.clone()).send().await;
            assert_eq!(answer.refusal(), wanted, "{body}: {}", answer.body);
            assert_eq!(answer.body["member"].as_str(), member, "{}", answer.body);
        }
        assert_eq!(app.written(), before, "{body}");
    }
    assert_eq!(app.get(CLIENTS, &admin).await.body["total"], 2);
    for id in ["x", "cli_", "cli_0000000000000000000001", "tnt_0000000000000000000001"] {
        assert_eq!(app.get(&format!("{CLIENTS}/{id}"), &admin).await.refusal(), (404, 40000601), "{id}");
    }
}

#[tokio::test]
async fn p22_a_clients_identity_is_not_for_the_body_to_say() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let sly = json!({
        "name": "Shop", "id": "cli_0000000000000000000001", "client_id": "cli_0000000000000000000001",
        "client_secret": "cs_mine", "secret": "cs_mine", "secret_hash": "00", "tenant_id": "tnt_x", "fence": 9,
        "status": "disabled", "is_confidential": false, "created_at": "1970-01-01T00:00:00Z",
    });
    let made = app.post(CLIENTS, &admin, sly.clone()).await;
    assert_eq!(made.status, 201);
    let data = &made.body["data"];
    assert_eq!(data["status"], "active");
    assert_eq!(data["tenant_id"], app.tenant.to_string());
    assert_eq!(data["is_confidential"], true);
    assert_ne!(data["client_id"], sly["client_id"]);
    assert_ne!(data["client_secret"], sly["client_secret"]);
    let path = format!("{CLIENTS}/{}", text(&made, "client_id"));
    let mut change = sly;
    change.as_object_mut().expect("an object").remove("status");
    let after = app.request("PUT", &path).bearer(&admin).json(change).send().await;
    for member in ["client_id", "secret_last_four", "tenant_id", "is_confidential", "created_at", "status"] {
        assert_eq!(after.body["data"][member], data[member], "{member}");
    }
}
