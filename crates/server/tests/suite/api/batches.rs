//! Many users in one call.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_testkit::{Answer, CommitFault, TestApp, storm};
use serde_json::{Value, json};
use std::sync::Arc;

const BATCH: &str = "/admin/users/batch";
const STATUS: &str = "/admin/users/batch/status";

/// The codes of all items, 0 for those that succeeded.
fn codes(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let results = answer.body["data"]["results"].as_array().expect("results");
    for (n, result) in results.iter().enumerate() {
        assert_eq!(result["index"], n);
        assert_eq!(result["success"] == true, result["code"] == 0, "{result}");
    }
    let codes: Vec<_> = results.iter().map(|r| r["code"].as_u64().expect("a code")).collect();
    let succeeded = codes.iter().filter(|c| **c == 0).count();
    let told =
        ["total", "succeeded", "failed"].map(|m| answer.body["data"][m].as_u64().unwrap_or(9) as usize);
    assert_eq!(told, [codes.len(), succeeded, codes.len() - succeeded]);
    codes
}

#[tokio::test]
async fn a_thousand_users_in_one_call_and_few_transactions() {
    let app = TestApp::start().await;
    let key = app.api_key(&[Permission::UserWrite], Role::Member).await;
    let users: Vec<_> = (0..1000).map(|n| json!({ "username": format!("user{n}") })).collect();
    let before = app.faults.counts().commits;
    let answer = app.post(BATCH, &key, json!({ "users": users })).await;
    assert_eq!(codes(&answer), vec![0; 1000]);
    assert_eq!(app.faults.counts().commits - before, 10);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE username LIKE 'user%'"), 1000);
    assert_eq!(app.audit("user.created").len(), 1001, "each has its event, as has the first administrator");
    let id = answer.body["data"]["results"][7]["id"].as_str().and_then(authms_core::id::UserId::parse);
    assert_eq!(app.sign_in(id.expect("an id")).await.answer["user"]["username"], "user7");

    // Again: all are taken, and nothing is written.
    let before = app.written();
    let again: Vec<_> = (0..1000).map(|n| json!({ "username": format!("USER{n}") })).collect();
    assert_eq!(codes(&app.post(BATCH, &key, json!({ "users": again })).await), vec![40000303; 1000]);
    assert_eq!(app.written(), before);
}

#[tokio::test]
async fn a_bad_item_never_fails_the_others() {
    let app = TestApp::start().await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    app.user("taken", Role::Member).await;
    let items = [
        (0, json!({ "username": "alice", "email": "alice@example.test", "password": PASSWORD })),
        (40000303, json!({ "username": "taken" })),
        (40000303, json!({ "username": "ALICE" })),
        (40000303, json!({ "username": "other", "email": "alice@example.test" })),
        (40000501, json!({ "username": "short", "password": "short" })),
        (0, json!({ "username": "short" })),
        (40000001, json!({ "username": "a b" })),
        (40000001, json!({ "username": 7 })),
        (40000001, json!({ "username": "x".repeat(65) })),
        (40000001, json!({ "email": "nonsense" })),
        (40000001, json!({})),
        (40000001, json!([])),
        (40000001, json!(null)),
        (40000001, json!("alice")),
        (40000001, json!({ "username": "role", "role": "emperor" })),
        (40000011, json!({ "username": "peer", "role": "admin" })),
        (40000011, json!({ "username": "boss", "role": "super_admin" })),
        (0, json!({ "username": "helper", "role": "support" })),
        (40000103, json!({ "username": "abroad", "tenant_id": "tnt_0000000000000000000001" })),
        (0, json!({ "phone": "+49 30 123456", "metadata": { "x": 1 }, "status": "deleted" })),
    ];
    let users: Vec<_> = items.iter().map(|(_, item)| item.clone()).collect();
    let answer = app.post(BATCH, &admin, json!({ "users": users })).await;
    assert_eq!(codes(&answer), items.map(|(code, _)| code), "{}", answer.body);
    assert!(!answer.body.to_string().contains(PASSWORD));
    assert_eq!(answer.body["data"]["results"][15]["status"], 403);
    assert_eq!(app.count("SELECT count(*) FROM users WHERE status = 'active'"), 3 + 4);
    let login = app.login("alice", PASSWORD).await;
    assert_eq!((login.status, &login.body["must_change_password"]), (200, &json!(true)));
    assert_eq!(app.passwords.hashed(), 1, "only what passed everything else");
}

#[tokio::test]
async fn a_batch_as_a_whole_has_bounds_and_needs_the_permission() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let (_, support) = app.home().signed_in("helper", Role::Support).await;
    let id = json!("usr_0000000000000000000001");
    for (path, member, item) in [(BATCH, "users", json!({ "username": "x1" })), (STATUS, "user_ids", id)] {
        let body = |count: usize| {
            let mut body = json!({ "status": "disabled" });
            body[member] = vec![item.clone(); count].into();
            body
        };
        let before = app.written();
        for count in [0, 1001] {
            let answer = app.post(path, &admin, body(count)).await;
            assert_eq!(
                (answer.refusal(), &answer.body["member"]),
                ((400, 40000001), &json!(member)),
                "{}",
                answer.body
            );
        }
        assert_eq!(app.post(path, &support, body(1)).await.refusal(), (403, 40000010));
        for not_a_list in [json!({}), json!("x"), json!(null), json!(7)] {
            let mut body = body(1);
            body[member] = not_a_list;
            assert_eq!(app.post(path, &admin, body).await.refusal(), (400, 40000001));
        }
        assert_eq!(app.written(), before);
    }
    for status in ["", "banned", "ACTIVE"] {
        let answer = app.post(STATUS, &admin, json!({ "status": status, "user_ids": ["x"] })).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("status")));
    }
}

/// p01: the same names from many sides: each is given once, and the rest of each batch is not hurt.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_batches_that_race_for_names_give_each_once() {
    let app = Arc::new(TestApp::start().await);
    let key = app.api_key(&[Permission::UserWrite], Role::Member).await;
    let answers: Vec<Answer> = storm(8, |b| {
        let mut users: Vec<Value> = (0..60).map(|n| json!({ "username": format!("own{b}x{n}") })).collect();
        for n in 0..10 {
            users.insert(n * 6, json!({ "username": format!("shared{n}") }));
        }
        let request = app.request("POST", BATCH).bearer(&key).json(json!({ "users": users }));
        async move { request.send().await }
    })
    .await;
    let all: Vec<_> = answers.iter().map(codes).collect();
    for n in 0..70 {
        let outcomes: Vec<_> = all.iter().map(|codes| codes[n]).collect();
        let shared = n % 6 == 0 && n < 60;
        let winners = outcomes.iter().filter(|c| **c == 0).count();
        assert_eq!(winners, if shared { 1 } else { 8 }, "{n}: {outcomes:?}");
        assert!(outcomes.iter().all(|c| [0, 40000303].contains(c)), "{outcomes:?}");
    }
    assert_eq!(app.count("SELECT count(*) FROM users"), 1 + 10 + 8 * 60);
}

#[tokio::test]
async fn what_cannot_be_written_is_told_item_by_item() {
    let app = TestApp::start().await;
    let key = app.api_key(&[Permission::UserWrite], Role::Member).await;
    let users: Vec<_> = (0..250).map(|n| json!({ "username": format!("user{n}") })).collect();
    app.faults.next_commit(CommitFault::Unavailable);
    let answer = app.post(BATCH, &key, json!({ "users": users })).await;
    let expected: Vec<u64> = (0..250).map(|n| if n < 100 { 40000007 } else { 0 }).collect();
    assert_eq!(codes(&answer), expected);
    assert_eq!(app.count("SELECT count(*) FROM users"), 151);
}

#[tokio::test]
async fn many_are_disabled_enabled_and_deleted_each_by_the_rules_of_one() {
    let app = TestApp::start().await;
    let home = app.home();
    let (me, admin) = home.signed_in("deputy", Role::Admin).await;
    let (peer, guest) = (home.user("peer", Role::Admin).await, app.another_tenant("other").await);
    let stranger = guest.user("stranger", Role::Member).await;
    let (alice, session) = home.signed_in("alice", Role::Member).await;
    let bob = home.user("bob", Role::Support).await;
    let ids = [alice, bob, alice, peer, stranger].map(|id| json!(id.to_string()));
    let ids: Vec<Value> = ids.into_iter().chain([json!("nonsense"), json!(7)]).collect();
    let set = async |status: &str| {
        codes(&app.post(STATUS, &admin, json!({ "status": status, "user_ids": ids })).await)
    };
    let refused = [0, 0, 40000001, 40000011, 40000301, 40000301, 40000001];
    assert_eq!(set("disabled").await, refused);
    assert_eq!(app.me(&session).await.status, 401, "at once");
    assert_eq!(app.audit("user.disabled").len(), 2);
    assert_eq!(set("active").await, refused);
    assert_eq!(app.me(&session).await.status, 401, "what ended stays ended");
    assert_eq!(set("deleted").await, refused);
    assert_eq!(set("active").await, [40000301, 40000301, 40000001, 40000011, 40000301, 40000301, 40000001]);
    assert_eq!(app.get(&format!("/admin/users/{me}"), &admin).await.status, 200);
    app.clock.advance(Span::seconds(1));
    let key = app.api_key(&[Permission::UserWrite], Role::Admin).await;
    let deleted =
        app.post(STATUS, &key, json!({ "status": "deleted", "user_ids": [peer.to_string()] })).await;
    assert_eq!(deleted.refusal(), (403, 40000010), "deleting has a permission of its own");
}

#[tokio::test]
async fn a_batch_leaves_the_last_super_admin() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.admin).await.access;
    for status in ["disabled", "deleted"] {
        let mut ids = vec![app.user(&format!("one-{status}"), Role::SuperAdmin).await];
        ids.push(app.user(&format!("member-{status}"), Role::Member).await);
        ids.push(app.user(&format!("two-{status}"), Role::SuperAdmin).await);
        ids.push(app.admin);
        let ids: Vec<_> = ids.into_iter().map(|id| id.to_string()).collect();
        let answer = app.post(STATUS, &root, json!({ "status": status, "user_ids": ids })).await;
        assert_eq!(codes(&answer), [0, 0, 0, 40000304], "{status}");
        assert_eq!(app.me(&root).await.status, 200);
    }
}

/// p01: all of both super administrators, from both ends, many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_batches_at_once_leave_a_super_admin() {
    let app = Arc::new(TestApp::start().await);
    for round in 0..10 {
        let tenant = app.another_tenant(&format!("tenant {round}")).await;
        let scopes = [Permission::UserWrite, Permission::UserDelete, Permission::UserRead];
        let key = tenant.key(&scopes, Role::SuperAdmin).await.raw.expose().to_owned();
        let mut ids =
            [tenant.user("anna", Role::SuperAdmin).await, tenant.user("bert", Role::SuperAdmin).await];
        assert_eq!(app.delete(&format!("/admin/memberships/{}", app.admin), &key).await.status, 204);
        let status = ["disabled", "deleted"][round % 2];
        let answers: Vec<Answer> = storm(16, |_| {
            ids.reverse();
            let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
            let request = app.request("POST", STATUS).bearer(&key);
            let request = request.json(json!({ "status": status, "user_ids": ids }));
            async move { request.send().await }
        })
        .await;
        assert!(answers.iter().any(|a| codes(a).contains(&0)), "one may go");
        let left = app.get("/admin/users?status=active&role=super_admin", &key).await;
        assert_eq!(left.body["total"], 1, "round {round}");
    }
}
