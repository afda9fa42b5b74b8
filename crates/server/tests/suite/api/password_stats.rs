//! How the passwords of a tenant stand, counted.

use super::stage::PASSWORD;
use authms_core::access::{Permission, Role};
use authms_core::time::Span;
use authms_testkit::TestApp;
use serde_json::{Value, json};

const STATS: &str = "/admin/security/password-stats";
const POLICY: &str = "/admin/security/password-policy";
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";

#[tokio::test]
async fn each_password_is_counted_once_by_what_is_most_wrong_with_it() {
    let app = TestApp::start().await;
    let home = app.home();
    let day = Span::hours(24);
    let mut users = Vec::new();
    // Their passwords are 100, 86, 71, 60 and 0 days old in the end.
    for (name, wait) in [("ada", 14), ("bob", 15), ("carl", 11), ("dora", 60), ("emil", 0)] {
        users.push(home.user_with_password(name, Role::Member, PASSWORD).await);
        for _ in 0..wait {
            app.clock.advance(day);
        }
    }
    let founder = app.sign_in(app.admin).await.access;
    let stats = async || app.get(STATS, &founder).await.body["data"].clone();
    let told = |stats: &Value| {
        ["ok", "expiring", "expired_grace", "expired", "must_change", "compromised", "without_password"]
            .map(|member| stats[member].as_u64().expect("a count"))
    };
    assert_eq!(told(&stats().await), [5, 0, 0, 0, 0, 0, 1], "by default no password expires");
    let policy = json!({ "expiry_days": 85, "warning_days": 14, "grace_period_days": 7 });
    assert_eq!(app.put(POLICY, &founder, policy).await.status, 200);
    assert_eq!(told(&stats().await), [2, 1, 1, 1, 0, 0, 1]);

    let mark = format!("/admin/users/{}/password-compromised", users[0]);
    assert_eq!(app.post(&mark, &founder, json!({})).await.status, 200);
    let given = json!({ "new_password": "a different long sentence" });
    assert_eq!(app.put(&format!("/admin/users/{}/password", users[4]), &founder, given).await.status, 200);
    assert_eq!(told(&stats().await), [1, 1, 1, 0, 1, 1, 1], "expired and compromised is compromised");

    let imported = json!({ "username": "ines", "password_hash": BCRYPT });
    assert_eq!(app.post("/admin/users", &founder, imported).await.status, 201);
    let before = stats().await;
    assert_eq!((&before["not_rehashed"], &before["total_users"]), (&json!(1), &json!(7)));
    assert_eq!(before["by_algorithm"], json!({ "argon2id": 5, "bcrypt": 1 }));
    assert_eq!(app.login("ines", PASSWORD).await.status, 200);
    let after = stats().await;
    assert_eq!((&after["not_rehashed"], &after["by_algorithm"]), (&json!(0), &json!({ "argon2id": 6 })));
    assert!(!after.to_string().contains('$'), "nothing of a hash");
}

#[tokio::test]
async fn the_counts_are_of_the_callers_own_tenant_and_for_its_administrators() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    other.user_with_password("eve", Role::Member, PASSWORD).await;
    let (_, admin) = app.home().signed_in("deputy", Role::Admin).await;
    let own = app.get(STATS, &admin).await.body["data"].clone();
    assert_eq!((&own["total_users"], &own["ok"]), (&json!(2), &json!(0)));
    let (_, theirs) = other.signed_in("deputy", Role::Admin).await;
    let theirs = app.get(STATS, &theirs).await.body["data"].clone();
    assert_eq!(
        (&theirs["total_users"], &theirs["ok"]),
        (&json!(2), &json!(1)),
        "without the guest who founded it"
    );

    let (ada, support) = app.home().signed_in("susan", Role::Support).await;
    let partial = app.api_key(&[Permission::UserRead, Permission::UserWrite], Role::SuperAdmin).await;
    for bearer in [&support, &partial] {
        assert_eq!(app.get(STATS, bearer).await.refusal(), (403, 40000010));
    }
    let behalf = app.home().on_behalf(&admin, ada).await;
    assert_eq!(app.get(STATS, &behalf).await.refusal(), (403, 40000012));
    let elsewhere = app.request("GET", STATS).bearer(&admin).header("x-tenant-id", &other.tenant.to_string());
    assert_eq!(elsewhere.send().await.refusal(), (403, 40000103));
}
