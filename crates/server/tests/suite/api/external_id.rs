//! What another system calls a user: kept, unique, and good to mint by.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_testkit::{Answer, TestApp, Tokens, storm};
use serde_json::{Value, json};

const PROVISION: &[Permission] = &[Permission::TicketMint, Permission::UserWrite];

async fn mint(app: &TestApp, bearer: &str, body: Value) -> Answer {
    app.post("/api/v1/auth/generate-ticket", bearer, body).await
}

fn users(app: &TestApp) -> i64 {
    app.query("SELECT count(*) FROM users")
}

async fn subject(app: &TestApp, answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens = Tokens::of(app.redeem(answer.body["ticket"].as_str().expect("a ticket")).await);
    tokens.claims()["sub"].as_str().expect("a subject").to_owned()
}

#[tokio::test]
async fn an_external_id_is_set_shown_found_and_free_again() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let made = app.post("/admin/users", &admin, json!({ "external_id": "HR|0042" })).await;
    assert_eq!((made.status, &made.body["data"]["user"]["external_id"]), (201, &json!("HR|0042")));
    let id = made.body["data"]["user"]["id"].as_str().expect("an id").to_owned();
    let path = format!("/admin/users/{id}");
    let listed = app.get("/admin/users?search=hr%7C0042", &admin).await;
    assert_eq!((listed.body["total"].as_u64(), &listed.body["items"][0]["id"]), (Some(1), &json!(id)));
    let taken =
        app.post("/admin/users", &admin, json!({ "username": "bob", "external_id": "HR|0042" })).await;
    assert_eq!(taken.refusal(), (409, 40000303));
    let other =
        app.post("/admin/users", &admin, json!({ "username": "bob", "external_id": "hr|0042" })).await;
    assert_eq!(other.status, 201, "byte for byte, this is another");
    let changed = app.put(&path, &admin, json!({ "external_id": "HR|43" })).await;
    assert_eq!(changed.body["data"]["external_id"], "HR|43");
    assert_eq!(app.put(&path, &admin, json!({ "external_id": "hr|0042" })).await.refusal(), (409, 40000303));
    for odd in ["", "a b", "a\u{a0}b", "a\u{202e}b"] {
        let answer = app.put(&path, &admin, json!({ "external_id": odd })).await;
        assert_eq!(
            (answer.refusal(), &answer.body["member"]),
            ((400, 40000001), &json!("external_id")),
            "{odd:?}"
        );
    }
    assert_eq!(app.delete(&path, &admin).await.status, 204);
    let again = app.post("/admin/users", &admin, json!({ "external_id": "HR|43" })).await;
    assert_eq!(again.status, 201, "who is gone keeps no name");
}

#[tokio::test]
async fn nobody_signs_in_by_external_id() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let password = "correct horse battery staple";
    let user = json!({ "username": "ann", "external_id": "ann-77", "password": password });
    assert_eq!(app.post("/admin/users", &admin, user).await.status, 201);
    assert_eq!(app.login("ann-77", password).await.refusal(), (401, 40000502));
    assert_eq!(app.login("ann", password).await.status, 200);
}

#[tokio::test]
async fn exactly_one_of_user_id_and_external_id_names_the_user() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let made = app.post("/admin/users", &admin, json!({ "external_id": "crm:7" })).await;
    let id = made.body["data"]["user"]["id"].as_str().expect("an id").to_owned();
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    let known = mint(&app, &key, json!({ "external_id": "crm:7" })).await;
    assert_eq!(subject(&app, &known).await, id);
    let both = mint(&app, &key, json!({ "external_id": "crm:7", "user_id": id })).await;
    assert_eq!((both.refusal(), &both.body["member"]), ((400, 40000001), &json!("external_id")));
    let none = mint(&app, &key, json!({})).await;
    assert_eq!((none.refusal(), &none.body["member"]), ((400, 40000001), &json!("user_id")));
    assert_eq!(mint(&app, &key, json!({ "external_id": "crm 7" })).await.refusal(), (400, 40000001));
    let (_, helper) = app.home().signed_in("helper", Role::Support).await;
    app.proves(&helper);
    let acting = mint(&app, &helper, json!({ "external_id": "crm:7", "reason": "ticket 7" })).await;
    assert_eq!((acting.status, &acting.body["purpose"]), (200, &json!("on_behalf")));
    let boss = json!({ "username": "boss", "external_id": "crm:1", "role": "admin" });
    assert_eq!(app.post("/admin/users", &admin, boss).await.status, 201);
    assert_eq!(mint(&app, &key, json!({ "external_id": "crm:1" })).await.refusal(), (403, 40000403));
}

#[tokio::test]
async fn an_unknown_external_id_makes_a_member_if_the_key_may() {
    let app = TestApp::start().await;
    let key = app.api_key(PROVISION, Role::Member).await;
    let ask = json!({ "external_id": "crm:new", "idempotency_key": "first" });
    let first = mint(&app, &key, ask.clone()).await;
    assert_eq!(mint(&app, &key, ask).await.refusal(), (409, 40000406));
    let id = subject(&app, &first).await;
    let second = mint(&app, &key, json!({ "external_id": "crm:new" })).await;
    assert_eq!(subject(&app, &second).await, id);
    let role: String = app.query(
        "SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.external_id IS NOT NULL",
    );
    let created = app.audit("user.created");
    assert_eq!((role.as_str(), &created.last().expect("a row")["subject"]), ("member", &json!(id)));

    let before = users(&app);
    let refused = json!({ "external_id": "crm:other", "ttl_seconds": 9 });
    assert_eq!(mint(&app, &key, refused).await.refusal(), (400, 40000402));
    let may_not = app.api_key(&[Permission::TicketMint], Role::Admin).await;
    let admin = app.sign_in(app.admin).await.access;
    let (_, member) = app.home().signed_in("member", Role::Member).await;
    let ask = json!({ "external_id": "crm:other", "reason": "ticket 7" });
    assert_eq!(mint(&app, &may_not, ask.clone()).await.refusal(), (404, 40000301));
    assert_eq!(mint(&app, &admin, ask.clone()).await.refusal(), (404, 40000301), "persons create nobody so");
    assert_eq!(mint(&app, &member, ask).await.refusal(), (403, 40000010), "who may not, is told of nobody");
    assert_eq!(users(&app), before + 1, "only the member who was signed in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_raced_by_64_minters_is_made_once() {
    let app = TestApp::start().await;
    let key = app.api_key(PROVISION, Role::Member).await;
    let before = users(&app);
    let ask = json!({ "external_id": "crm:raced" });
    let answers =
        storm(64, |_| app.request("POST", "/auth/generate-ticket").bearer(&key).json(ask.clone()).send())
            .await;
    assert!(answers.iter().all(|a| a.status == 200), "{:?}", answers.iter().map(|a| a.status).max());
    assert_eq!(users(&app), before + 1);
    let theirs = "SELECT count(*) FROM tickets t JOIN users u ON u.id = t.subject_id WHERE u.external_id = 'crm:raced'";
    assert_eq!(app.query::<i64>(theirs), 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_make_each_user_once() {
    let app = TestApp::start().await;
    let key = app.api_key(PROVISION, Role::Member).await;
    let before = users(&app);
    let mut items: Vec<_> = (0..900).map(|n| json!({ "external_id": format!("u{}", n % 300) })).collect();
    items.push(json!({ "external_id": "not visible" }));
    let body = json!({ "items": items });
    let send = |_| app.request("POST", "/auth/generate-ticket/batch").bearer(&key).json(body.clone()).send();
    for answer in storm(3, send).await {
        assert_eq!(answer.body["data"]["succeeded"], 900, "{}", answer.body["data"]["items"][900]);
        assert_eq!(answer.body["data"]["items"][900]["member"], "external_id");
    }
    assert_eq!(users(&app), before + 300);
    assert_eq!(app.query::<i64>("SELECT count(*) FROM tickets"), 2_700);
    assert_eq!(app.query::<i64>("SELECT count(DISTINCT subject_id) FROM tickets"), 300);
    let id: Vec<u8> = app.query("SELECT subject_id FROM tickets LIMIT 1");
    let id = UserId::from_bytes(id.try_into().expect("16 bytes"));
    assert!(app.store().member(app.tenant, id).await.expect("reads").is_some());
}
