//! What administrators and users are shown of the audit log.

use super::{database, on_file, tree};
use authms_core::access::{Permission, Role};
use authms_core::audit::log::Head;
use authms_core::time::Span;
use authms_crypto::merkle::{self, from_hex};
use authms_testkit::{TestApp, Tokens};
use serde_json::{Value, json};

async fn admin(app: &TestApp) -> Tokens {
    let admin = app.user("boss", Role::Admin).await;
    app.sign_in(admin).await
}

/// The names of the events of a list, sorted: those of one moment are in no order.
fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().expect("items").iter();
    let mut names: Vec<_> = items.map(|item| item["action"].as_str().expect("a name")).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn an_administrator_sees_what_happened_sealed_or_not() {
    let app = TestApp::start().await;
    let boss = admin(&app).await;
    let ada = app.user("ada", Role::Member).await;
    app.seal().await;
    app.clock.advance(Span::seconds(5));
    let between = app.parts.now().as_seconds();
    app.clock.advance(Span::seconds(5));
    app.sign_in(ada).await;

    let all = app.get("/admin/audit/logs", &boss.access).await.body;
    let named = names(&all);
    let newest = json!({ "items": all["items"].as_array().expect("items")[..2] });
    assert_eq!(names(&newest), ["ticket.minted", "ticket.redeemed"], "newest first, {all}");
    assert!(all["items"][0]["sequence"].is_null(), "it waits to be sealed");
    assert_eq!(all["total"], named.len());
    let sealed = all["items"].as_array().expect("items").iter().filter(|item| !item["sequence"].is_null());
    assert_eq!(sealed.count() as u64, tree(&app).await.size);

    let get = async |query: &str| app.get(&format!("/admin/audit/logs?{query}"), &boss.access).await.body;
    let of_ada = get(&format!("user_id={ada}")).await;
    assert_eq!(names(&of_ada), ["ticket.minted", "ticket.redeemed", "user.created"]);
    assert_eq!(of_ada["items"][0]["target_id"], ada.to_string());
    assert_eq!(names(&get(&format!("user_id={ada}&action=user.created")).await), ["user.created"]);
    assert_eq!(names(&get(&format!("user_id={ada}&resource_type=ticket")).await).len(), 2);
    assert_eq!(names(&get(&format!("user_id={ada}&resource_type=tick")).await).len(), 0);
    assert_eq!(names(&get(&format!("user_id={ada}&start_time={between}")).await).len(), 2);
    assert_eq!(names(&get(&format!("user_id={ada}&end_time={between}")).await), ["user.created"]);

    // Page by page, by number and by cursor.
    let first = get("page_size=3").await;
    let cursor = first["items"][2]["id"].as_str().expect("an id");
    let (second, after) =
        (get("page_size=3&page=2").await, get(&format!("page_size=3&cursor={cursor}")).await);
    assert_eq!(second["items"], after["items"]);
    assert_eq!(first["items"].as_array().map(Vec::len), Some(3));

    let one = app.get(&format!("/admin/audit/logs/{cursor}"), &boss.access).await.body;
    assert_eq!(one["data"], first["items"][2]);
    assert_eq!(one["data"]["metadata"]["id"], one["data"]["id"]);
    for bad in ["cursor=x", "user_id=x", "start_time=x", "tenant_id=x"] {
        assert_eq!(app.get(&format!("/admin/audit/logs?{bad}"), &boss.access).await.status, 400, "{bad}");
    }
    assert_eq!(app.get("/admin/audit/logs/evt_0000000000000000000000", &boss.access).await.status, 404);
}

#[tokio::test]
async fn p21_another_tenants_log_is_never_read_whatever_names_it() {
    let app = TestApp::start().await;
    let other = app.another_tenant("globex").await;
    let (_, theirs) = other.signed_in("carol", Role::SuperAdmin).await;
    let boss = admin(&app).await;
    app.seal().await;
    let list = app.get("/admin/audit/logs", &theirs).await.body;
    let event = list["items"][0]["id"].as_str().expect("an id").to_owned();
    assert!(
        list["items"]
            .as_array()
            .expect("items")
            .iter()
            .all(|item| item["tenant_id"] == other.tenant.to_string())
    );
    assert_eq!(app.get(&format!("/admin/audit/logs/{event}"), &theirs).await.status, 200);
    let tenant = other.tenant;
    for path in [
        format!("logs?tenant_id={tenant}"),
        format!("merkle-root?tenant_id={tenant}"),
        format!("merkle-proof?tenant_id={tenant}&entry_id={event}"),
        format!("hashchain/{tenant}"),
        format!("hashchain/{tenant}/verify-by-date"),
        format!("stream?tenant_id={tenant}"),
    ] {
        let answer = app.get(&format!("/admin/audit/{path}"), &boss.access).await;
        assert_eq!((answer.status, answer.code()), (403, 40000103), "{path}");
    }
    assert_eq!(app.get(&format!("/admin/audit/logs/{event}"), &boss.access).await.status, 404);
    assert_eq!(
        app.get(&format!("/admin/audit/merkle-proof?entry_id={event}"), &boss.access).await.status,
        404
    );
    let many =
        app.post("/admin/audit/merkle-proofs", &boss.access, json!({ "entry_ids": [event] })).await.body;
    assert_eq!((&many["data"]["found"], &many["data"]["not_found"][0]), (&json!(0), &json!(event)));
}

#[tokio::test]
async fn only_who_may_read_it_reads_it() {
    let app = TestApp::start().await;
    app.seal().await;
    for (role, status) in
        [(Role::Member, 403), (Role::Support, 403), (Role::Admin, 200), (Role::SuperAdmin, 200)]
    {
        let user = app.user(&format!("a-{}", role.as_str()), role).await;
        let tokens = app.sign_in(user).await;
        assert_eq!(app.get("/admin/audit/logs", &tokens.access).await.status, status, "{role:?}");
    }
    for (scope, status) in [(Permission::AuditRead, 200), (Permission::TenantRead, 403)] {
        let key = app.api_key(&[scope], Role::Member).await;
        assert_eq!(app.get("/admin/audit/logs", &key).await.status, status, "{scope:?}");
    }
}

#[tokio::test]
async fn proofs_lead_from_an_event_to_the_signed_root() {
    let app = TestApp::start().await;
    let boss = admin(&app).await;
    let user = app.user("ada", Role::Member).await;
    assert_eq!(app.get("/admin/audit/merkle-root", &boss.access).await.code(), 40001602, "nothing is sealed");
    for _ in 0..20 {
        app.sign_in(user).await;
    }
    app.seal().await;
    let listed = app.get("/admin/audit/logs?page_size=100", &boss.access).await.body;
    let ids: Vec<&Value> =
        listed["items"].as_array().expect("items").iter().map(|item| &item["id"]).collect();
    let asked = json!({ "entry_ids": ids });
    let many = app.post("/admin/audit/merkle-proofs", &boss.access, asked).await.body;
    assert_eq!(many["data"]["found"], ids.len());
    let key = app.parts.secrets.audit_key.verifying();
    for proof in many["data"]["proofs"].as_array().expect("proofs") {
        let hash = |text: &Value| from_hex(text.as_str().expect("a text")).expect("a hash");
        let (head, issuer) = Head::verify(proof["head"].as_str().expect("a head"), key).expect("signed");
        assert_eq!(issuer, app.parts.policy.issuer);
        let path: Vec<_> = proof["proof"].as_array().expect("a path").iter().map(hash).collect();
        let index = proof["leaf_index"].as_u64().expect("an index");
        let leaf = hash(&proof["leaf_hash"]);
        assert_eq!(hash(&proof["root_hash"]), head.root);
        assert!(merkle::is_included(&leaf, index, head.size, &path, &head.root));
        let id = proof["entry_id"].as_str().expect("an id");
        let one = app.get(&format!("/admin/audit/merkle-proof?entry_id={id}"), &boss.access).await.body;
        assert_eq!(&one["data"], proof);
    }
    let root = app.get("/admin/audit/merkle-root", &boss.access).await.body;
    assert_eq!(root["data"]["root_hash"], many["data"]["proofs"][0]["root_hash"]);
    let before = app.get("/admin/audit/merkle-root?end=2020-01-01", &boss.access).await;
    assert_eq!(before.code(), 40001602);
    assert_eq!(app.get("/admin/audit/merkle-root?end=x", &boss.access).await.status, 400);
    let more = vec!["evt_0000000000000000000000"; 101];
    assert_eq!(
        app.post("/admin/audit/merkle-proofs", &boss.access, json!({ "entry_ids": more })).await.status,
        400
    );
}

#[tokio::test]
async fn verifying_some_days_finds_what_was_changed_in_them() {
    let app = on_file().await;
    let boss = admin(&app).await;
    let user = app.user("ada", Role::Member).await;
    for _ in 0..30 {
        app.sign_in(user).await;
    }
    app.seal().await;
    let (tenant, day) = (app.tenant, app.parts.now().day());
    let chain = app.get(&format!("/admin/audit/hashchain/{tenant}"), &boss.access).await.body;
    assert_eq!(chain["data"]["is_valid"], true);
    assert_eq!(chain["data"]["log_count"], tree(&app).await.size);
    let check = async || {
        let path = format!("/admin/audit/hashchain/{tenant}/verify-by-date?start_date={day}&end_date={day}");
        app.get(&path, &boss.access).await.body["data"].clone()
    };
    let found = check().await;
    assert_eq!((&found["valid"], &found["checked_count"]), (&json!(true), &json!(tree(&app).await.size)));
    let number = tree(&app).await.number;
    let place = i64::from(number) << 40 | 20;
    let edit = "UPDATE audit_rows SET body = CAST(replace(CAST(body AS TEXT), 'ticket', 'wicket') AS BLOB)";
    database(&app).execute(&format!("{edit} WHERE place = {place}"), []).expect("edited");
    let found = check().await;
    assert_eq!((&found["valid"], &found["broken_at"]), (&json!(false), &json!(20)));
    let chain = app.get(&format!("/admin/audit/hashchain/{tenant}"), &boss.access).await.body;
    assert_eq!(chain["data"]["is_valid"], false);
}

#[tokio::test]
async fn users_see_what_happened_to_their_own_account_and_nothing_else() {
    let app = TestApp::start().await;
    let boss = admin(&app).await;
    let ada = app.user_with_password("ada", "correct horse battery staple").await;
    let bea = app.user("bea", Role::Member).await;
    let tokens = app.sign_in(ada).await;
    app.put(&format!("/admin/users/{ada}"), &boss.access, json!({ "nickname": "Ada L." })).await;
    app.put(&format!("/admin/users/{bea}"), &boss.access, json!({ "nickname": "Bea" })).await;
    app.seal().await;
    let seen = app.get("/auth/me/security-events", &tokens.access).await.body;
    let kinds: Vec<_> =
        seen["items"].as_array().expect("items").iter().map(|item| item["type"].clone()).collect();
    assert_eq!(kinds.first(), Some(&json!("user.updated")), "{seen}");
    assert!(!kinds.contains(&json!("ticket.redeemed")), "sign-ins are told elsewhere: {kinds:?}");
    let update = &seen["items"][0];
    assert!(update["actor_id"].as_str().is_some_and(|actor| actor.starts_with("usr_")), "{update}");
    assert!(update["ip"].is_null(), "where the administrator was is not hers to know");
    assert_eq!(seen["items"].as_array().map(Vec::len), seen["total"].as_u64().map(|total| total as usize));
    let of_bea = app.sign_in(bea).await;
    let hers = app.get("/auth/me/security-events", &of_bea.access).await.body;
    assert!(hers["items"].as_array().expect("items").iter().all(|item| item["id"] != update["id"]));
}

#[tokio::test]
async fn users_dismiss_what_they_are_told_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.user("ada", Role::Member).await;
    let tokens = app.sign_in(ada).await;
    let boss = admin(&app).await;
    app.clock.advance(Span::seconds(1));
    app.put(&format!("/admin/users/{ada}"), &boss.access, json!({ "nickname": "Ada L." })).await;
    app.seal().await;
    let list = async || app.get("/auth/me/security-events", &tokens.access).await.body["items"].clone();
    let before = list().await;
    assert!(before.as_array().expect("items").iter().all(|item| item["dismissed"] == false));
    let id = before[0]["id"].as_str().expect("an id").to_owned();
    let path = format!("/auth/me/security-events/{id}/dismiss");
    let other = app.user("bea", Role::SuperAdmin).await;
    let other = app.sign_in(other).await;
    assert_eq!(app.post(&path, &other.access, json!({})).await.status, 404, "it is not hers");
    let unknown = path.replace(&id, "evt_0000000000000000000000");
    assert_eq!(app.post(&unknown, &tokens.access, json!({})).await.status, 404);
    for _ in 0..2 {
        let done = app.post(&path, &tokens.access, json!({ "reason": "it was me" })).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }
    let after = list().await;
    assert_eq!((&after[0]["dismissed"], &after[0]["id"]), (&json!(true), &json!(id)));
    assert_eq!(after[1]["dismissed"], false, "{after}");
    let events = app.audit("security_event.dismissed");
    assert_eq!(events.len(), 1, "once more is as good as once");
    assert_eq!((&events[0]["dismissed"], &events[0]["reason"]), (&json!(id), &json!("it was me")));
}
