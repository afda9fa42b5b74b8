//! A tenant is never left without a super administrator, whatever is done at once.

use super::stage::scopes;
use authms_core::access::Role;
use authms_core::id::UserId;
use authms_testkit::{Answer, Population, TestApp, TestRequest, storm};
use serde_json::{Value, json};
use std::sync::Arc;

/// All that takes a super administrator away.
fn harm(app: &TestApp, id: UserId, n: usize) -> TestRequest {
    let user = format!("/admin/users/{id}");
    let (method, path, body) = match n % 5 {
        0 => ("DELETE", format!("/admin/memberships/{id}"), Value::Null),
        1 => ("PUT", format!("/admin/memberships/{id}"), json!({ "role": "admin" })),
        2 => ("PUT", user, json!({ "role": "member" })),
        3 => ("PUT", format!("{user}/status"), json!({ "status": "disabled" })),
        _ => ("DELETE", user, Value::Null),
    };
    let request = app.request(method, &path);
    if body.is_null() { request } else { request.json(body) }
}

/// How many active super administrators a tenant has.
fn left(app: &TestApp, tenant: &Population<'_>) -> i64 {
    let hex: String = tenant.tenant.bytes().iter().map(|b| format!("{b:02x}")).collect();
    app.count(&format!(
        "SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id
         WHERE m.tenant_id = x'{hex}' AND m.role = 'super_admin' AND m.removed = 0 AND u.status = 'active'"
    ))
}

/// Two super administrators of a new tenant, and a key that outranks nobody but reaches both.
async fn two<'a>(app: &'a TestApp, name: &str) -> (Population<'a>, [UserId; 2], String) {
    let tenant = app.another_tenant(name).await;
    let pair = [tenant.user("anna", Role::SuperAdmin).await, tenant.user("bert", Role::SuperAdmin).await];
    let key = tenant.key(&scopes(), Role::SuperAdmin).await.raw.expose().to_owned();
    let founder = app.delete(&format!("/admin/memberships/{}", app.admin), &key).await;
    assert_eq!(founder.status, 204, "{}", founder.body);
    (tenant, pair, key)
}

/// p01: each of two would leave one; many acts together must not leave none.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_64_acts_at_once_leave_one_of_two_super_admins() {
    let app = Arc::new(TestApp::start().await);
    for round in 0..20 {
        let (tenant, pair, key) = two(&app, &format!("tenant {round}")).await;
        let answers: Vec<Answer> = storm(64, |n| {
            // By themselves, by each other, and by a key; at last the same act for all.
            let act = if round < 10 { n / 2 } else { round };
            let request = harm(&app, pair[n % 2], act).bearer(&key);
            async move { request.send().await }
        })
        .await;
        assert_eq!(left(&app, &tenant), 1, "round {round}");
        assert!(answers.iter().any(|a| a.status < 300), "round {round}: one may go");
        for answer in answers {
            let fine = [(409, 40000304), (409, 40000014), (404, 40000301)].contains(&answer.refusal());
            assert!(answer.status < 300 || fine, "round {round}: {} {}", answer.status, answer.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_two_super_admins_remove_each_other_64_ways_and_one_stays() {
    let app = Arc::new(TestApp::start().await);
    for round in 0..10 {
        let (tenant, pair, _) = two(&app, &format!("tenant {round}")).await;
        let bearers = [tenant.sign_in(pair[0]).await.access, tenant.sign_in(pair[1]).await.access];
        let answers: Vec<Answer> = storm(64, |n| {
            let request = harm(&app, pair[1 - n % 2], round + n / 2).bearer(&bearers[n % 2]);
            async move { request.send().await }
        })
        .await;
        assert_eq!(left(&app, &tenant), 1, "round {round}");
        assert!(answers.iter().any(|a| a.status < 300), "round {round}: one may go");
    }
}

/// Whoever is promoted between the reading and the commit is the last one by then.
#[tokio::test]
async fn who_became_the_last_super_admin_meanwhile_stays() {
    let app = Arc::new(TestApp::start().await);
    for n in 0..5 {
        let (tenant, [anna, bert], key) = two(&app, &format!("tenant {n}")).await;
        let demoted = app.put(&format!("/admin/memberships/{bert}"), &key, json!({ "role": "admin" })).await;
        assert_eq!(demoted.status, 200);
        let (again, boss) = (app.clone(), key.clone());
        app.faults.before_next_commit(async move {
            let promoted = json!({ "role": "super_admin" });
            let promoted = again.put(&format!("/admin/memberships/{bert}"), &boss, promoted).await;
            assert_eq!(promoted.status, 200, "{}", promoted.body);
            let gone = again.delete(&format!("/admin/memberships/{anna}"), &boss).await;
            assert_eq!(gone.status, 204, "{}", gone.body);
        });
        // To make an administrator of one changes nothing, so nothing is committed.
        let act = if n == 1 { 2 } else { n };
        assert_eq!(harm(&app, bert, act).bearer(&key).send().await.refusal(), (409, 40000014), "act {n}");
        assert_eq!(left(&app, &tenant), 1, "act {n}");
    }
}

/// An account ends where it was created, but other tenants may rest on it.
#[tokio::test]
async fn an_account_that_another_tenant_rests_on_stays_until_it_has_somebody_else() {
    let app = TestApp::start().await;
    let root = app.sign_in(app.user("root", Role::SuperAdmin).await).await.access;
    let tenant = app.another_tenant("other").await;
    for n in [3, 4] {
        assert_eq!(harm(&app, app.admin, n).bearer(&root).send().await.refusal(), (409, 40000304), "act {n}");
    }
    assert_eq!(left(&app, &tenant), 1);
    tenant.user("boss", Role::SuperAdmin).await;
    for n in [3, 4] {
        assert!(harm(&app, app.admin, n).bearer(&root).send().await.status < 300, "act {n}");
    }
    assert_eq!(left(&app, &tenant), 1);
}

/// One goes at home, the other in the tenant: the set is the tenant's all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p01_a_founder_disabled_at_home_and_a_local_removed_leave_one() {
    let app = Arc::new(TestApp::start().await);
    let root = app.sign_in(app.user("root", Role::SuperAdmin).await).await.access;
    for round in 0..20 {
        let founder = app.user(&format!("founder{round}"), Role::SuperAdmin).await;
        let bearer = app.sign_in(founder).await.access;
        let made = app.post("/admin/tenants", &bearer, json!({ "name": format!("tenant {round}") })).await;
        let id = made.body["data"]["id"].as_str().and_then(authms_core::id::TenantId::parse).expect("an id");
        let tenant = app.within(id);
        let (local, by_local) = tenant.signed_in("local", Role::SuperAdmin).await;
        let answers: Vec<Answer> = storm(2, |n| {
            let request = match n {
                0 => harm(&app, founder, 3 + round % 2).bearer(&root),
                _ => harm(&app, local, round % 2).bearer(&by_local),
            };
            async move { request.send().await }
        })
        .await;
        assert_eq!(left(&app, &tenant), 1, "round {round}: {answers:?}");
    }
}
