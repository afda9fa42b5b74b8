//! Administering tenants.

use authms_core::access::{Permission, Role};
use authms_core::id::TenantId;
use authms_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn the_default_tenants_super_admins_create_tenants_and_nobody_else() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    let made = app.post("/admin/tenants", &root, json!({ "name": "  Acme  " })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        (&made.body["data"]["name"], &made.body["data"]["is_default"]),
        (&json!("Acme"), &json!(false))
    );
    let acme = made.body["data"]["id"].as_str().and_then(TenantId::parse).expect("an id");
    let mine = app.get("/auth/me/tenants", &root).await;
    let names: Vec<_> = mine.body["data"]["tenants"].as_array().expect("tenants").iter().collect();
    assert_eq!(names.len(), 2);
    assert_eq!((&names[1]["name"], &names[1]["role"]), (&json!("Acme"), &json!("super_admin")));

    let taken = app.post("/admin/tenants", &root, json!({ "name": "Acme" })).await;
    assert_eq!(taken.refusal(), (409, 40000105));
    for bad in ["", "   ", "a\u{202e}b"] {
        assert_eq!(
            app.post("/admin/tenants", &root, json!({ "name": bad })).await.refusal(),
            (400, 40000001)
        );
    }
    let (_, boss) = app.within(acme).signed_in("boss", Role::SuperAdmin).await;
    let founder = app.within(acme).sign_in(app.admin).await.access;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    for other in [&boss, &founder, &admin] {
        let refused = app.post("/admin/tenants", other, json!({ "name": "Evil" })).await;
        assert_eq!(refused.refusal(), (403, 40000010), "{}", refused.body);
    }
    assert_eq!(app.get("/admin/tenants", &root).await.body["total"], 2);
}

#[tokio::test]
async fn a_tenant_is_renamed_by_its_own_and_switched_off_by_the_operator() {
    let app = TestApp::start().await;
    let acme = app.another_tenant("Acme").await;
    let (_, boss) = acme.signed_in("boss", Role::SuperAdmin).await;
    let (worker, member) = acme.signed_in("worker", Role::Member).await;
    let key = acme.key(&[Permission::TicketMint], Role::Member).await.raw;
    let root = app.sign_in(app.admin).await.access;
    let path = format!("/admin/tenants/{}", acme.tenant);
    let put = |bearer: &str, body| app.request("PUT", &path).bearer(bearer).json(body).send();

    let renamed = put(&boss, json!({ "name": "Acme Ltd" })).await;
    assert_eq!((renamed.status, &renamed.body["data"]["name"]), (200, &json!("Acme Ltd")));
    assert_eq!(put(&boss, json!({ "status": "disabled" })).await.refusal(), (403, 40000010));
    assert_eq!(put(&root, json!({ "status": "gone" })).await.refusal(), (400, 40000001));
    assert_eq!(put(&root, json!({ "name": "default" })).await.refusal(), (409, 40000105));

    let ticket = acme.ticket(worker).await;
    let off = put(&root, json!({ "status": "disabled" })).await;
    assert_eq!((off.status, &off.body["data"]["status"]), (200, &json!("disabled")));
    for bearer in [&member, &boss, key.expose()] {
        assert_eq!(
            app.get("/auth/me", bearer).await.refusal(),
            (401, 40000009),
            "everything in it ends at once"
        );
    }
    assert_eq!(app.redeem(&ticket).await.refusal(), (400, 40000401));
    assert_eq!(put(&root, json!({ "status": "active" })).await.status, 200);
    assert_eq!(app.get("/auth/me", &member).await.status, 401, "what ended stays ended");
    assert_eq!(app.redeem(&ticket).await.status, 400);
    assert_eq!(app.redeem(&acme.ticket(worker).await).await.status, 200);

    let own = format!("/admin/tenants/{}", app.tenant);
    let refused = app.request("PUT", &own).bearer(&root).json(json!({ "status": "disabled" })).send().await;
    assert_eq!(refused.refusal(), (409, 40000106));
}

#[tokio::test]
async fn malformed_tenants_are_unknown_ones() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for id in ["x", "tnt_", "tnt_0000000000000000000001", "usr_0000000000000000000001", "default", "*"] {
        let answer = app.get(&format!("/admin/tenants/{id}"), &root).await;
        assert_eq!(answer.refusal(), (404, 40000102), "{id}");
    }
}
