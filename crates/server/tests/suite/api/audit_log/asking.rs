//! What administrators ask of the audit log, how long it is kept, and what everybody may see of it.

use super::{database, head, on_file, sign_ins, tree, verify};
use authms_core::access::{Permission, Role};
use authms_core::audit::log::{self, Head, Log};
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp, Tokens};
use serde_json::{Value, json};

const DAY: Span = Span::hours(24);

async fn signed_in(app: &TestApp, role: Role) -> Tokens {
    let user = app.user("boss", role).await;
    app.sign_in(user).await
}

#[tokio::test]
async fn a_verification_is_an_event_and_is_listed_with_what_it_found() {
    let app = on_file().await;
    let boss = signed_in(&app, Role::Admin).await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let size = tree(&app).await.size;
    let ask = async || app.post("/admin/audit/verifications", &boss.access, json!({})).await;
    let found = ask().await;
    assert_eq!((found.status, &found.body["data"]["valid"]), (200, &json!(true)), "{}", found.body);
    assert_eq!(found.body["data"]["checked_count"], size);

    let place = i64::from(tree(&app).await.number) << 40 | 5;
    let edit = "UPDATE audit_rows SET body = CAST(replace(CAST(body AS TEXT), 'time', 'tide') AS BLOB)";
    database(&app).execute(&format!("{edit} WHERE place = {place}"), []).expect("edited");
    app.clock.advance(Span::seconds(5));
    assert_eq!(ask().await.body["data"]["broken_at"], 5);

    let listed = app.get("/admin/audit/verifications", &boss.access).await.body;
    let (bad, good) = (&listed["items"][0], &listed["items"][1]);
    assert_eq!((&listed["total"], &bad["valid"], &good["valid"]), (&json!(2), &json!(false), &json!(true)));
    assert_eq!(bad["error_message"], "row 5 was changed");
    assert_eq!((&good["entries_checked"], &good["last_sequence"]), (&json!(size), &json!(size - 1)));
    assert_eq!(good["last_hash"], found.body["data"]["last_hash"]);
    let events = app.audit("audit.verified");
    assert_eq!((&events[0]["outcome"], &events[0]["level"]), (&json!("nothing_wrong"), &Value::Null));
    assert_eq!((&events[1]["outcome"], &events[1]["level"]), (&json!("wrong"), &json!("alert")));
    assert_eq!(bad["id"], events[1]["id"]);

    // Another tenant's are another tenant's; and after a year they are gone.
    let other = app.another_tenant("other").await;
    let theirs = other.key(&[Permission::AuditRead], Role::Admin).await;
    let theirs = app.get("/admin/audit/verifications", theirs.raw.expose()).await.body;
    assert_eq!(theirs["total"], 0);
    app.clock.advance(Span::hours(366 * 24));
    app.store().sweep().await.expect("sweeps");
    assert_eq!(app.count("SELECT count(*) FROM audit_verifications"), 0);
}

#[tokio::test]
async fn stats_count_what_is_sealed_by_day_and_kind() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let first = tree(&app).await.size;
    app.clock.advance(DAY);
    sign_ins(&app, "bea", 5).await;
    let boss = signed_in(&app, Role::Admin).await;
    app.seal().await;
    let size = tree(&app).await.size;
    let stats = app.get("/admin/audit/stats", &boss.access).await.body["data"].clone();
    assert_eq!((&stats["total_logs"], &stats["today_entries"]), (&json!(size), &json!(size - first)));
    let trend: Vec<u64> = stats["trend"]
        .as_array()
        .expect("days")
        .iter()
        .map(|day| day["count"].as_u64().expect("a count"))
        .collect();
    assert_eq!((trend.len(), &trend[28..]), (30, &[first, size - first][..]), "{stats}");
    assert_eq!(stats["by_action"]["ticket.redeemed"], 26);
    assert_eq!(stats["by_module"]["ticket"], 52);
    let sum =
        |counts: &Value| counts.as_object().expect("counts").values().filter_map(Value::as_u64).sum::<u64>();
    for counts in ["by_action", "by_module", "by_level", "by_status"] {
        assert_eq!(sum(&stats[counts]), size, "{counts}: {stats}");
    }
}

#[tokio::test]
async fn a_tenant_keeps_rows_longer_at_once_and_shorter_after_a_week_within_bounds() {
    let app = TestApp::start().await;
    let boss = signed_in(&app, Role::SuperAdmin).await;
    let put = async |body: Value| app.put("/admin/audit/retention-policy", &boss.access, body).await;
    let show = async || app.get("/admin/audit/retention-policy", &boss.access).await.body["data"].clone();
    let found = show().await;
    assert_eq!(
        (&found["enabled"], &found["days"], &found["min_days"]),
        (&json!(false), &json!(0), &json!(90))
    );

    for (wrong, member) in [
        (json!({ "days": 89 }), "days"),
        (json!({ "days": 0 }), "days"),
        (json!({ "days": -1 }), "days"),
        (json!({ "days": 90, "archive_to": "minio" }), "archive_to"),
        (json!({ "days": 90, "bucket": "audit" }), "bucket"),
    ] {
        let refused = put(wrong.clone()).await;
        assert_eq!((refused.status, &refused.body["member"]), (400, &json!(member)), "{wrong}");
    }
    assert!(app.audit("audit.retention_changed").is_empty());

    // For ever, as yet: the row of this day is there after 91 days, and goes a week after somebody wanted that.
    sign_ins(&app, "ada", 5).await;
    app.seal().await;
    app.clock.advance(Span::hours(91 * 24));
    let boss = app.sign_in(app.admin).await;
    let put = async |body: Value| app.put("/admin/audit/retention-policy", &boss.access, body).await;
    let done = put(json!({ "days": 90, "enabled": true })).await;
    assert_eq!((done.status, &done.body["data"]["days"]), (200, &json!(90)), "{}", done.body);
    assert_eq!(done.body["data"]["days_in_force"], 0, "{}", done.body);
    let event = app.audit("audit.retention_changed").pop().expect("a row");
    assert_eq!(
        (&event["days"], &event["former_days"], &event["level"]),
        (&json!(90), &json!(0), &json!("alert"))
    );
    app.seal().await;
    log::erase(&app.parts).await.expect("erases nothing");
    assert_eq!(head(&app).await.erased, 0, "not yet");
    app.clock.advance(Span::hours(7 * 24));
    log::erase(&app.parts).await.expect("erases");
    assert!(head(&app).await.erased > 0);
    let installation = log::tree(app.store(), Log(None)).await.expect("reads").expect("sealed");
    assert_eq!(installation.erased, 0, "the installation's own log is the operator's");
    assert!(verify(&app, &[]).await.iter().all(|log| log.wrong.is_none()));

    // More is kept at once; and off it goes back to what is usual.
    let boss = app.sign_in(app.admin).await;
    let put = async |body: Value| app.put("/admin/audit/retention-policy", &boss.access, body).await;
    assert_eq!(put(json!({ "days": 400 })).await.body["data"]["days_in_force"], 400);
    let off = put(json!({ "enabled": false })).await.body["data"].clone();
    assert_eq!((&off["enabled"], &off["days"], &off["days_in_force"]), (&json!(false), &json!(0), &json!(0)));
}

#[tokio::test]
async fn how_long_rows_are_kept_is_for_who_may_change_the_tenant_and_for_their_own() {
    let app = TestApp::start().await;
    let admin = signed_in(&app, Role::Admin).await;
    let path = "/admin/audit/retention-policy";
    assert_eq!(app.get(path, &admin.access).await.status, 200);
    assert_eq!(app.put(path, &admin.access, json!({ "days": 90 })).await.status, 403);
    let other = app.another_tenant("other").await;
    assert_eq!(app.get(&format!("{path}?tenant_id={}", other.tenant), &admin.access).await.status, 403);
    // Whoever may write a tenant but not read its log changes it all the same; nobody else's is touched.
    let key = other.key(&[Permission::TenantWrite], Role::SuperAdmin).await;
    assert_eq!(app.put(path, key.raw.expose(), json!({ "days": 90 })).await.status, 200);
    assert_eq!(app.get(path, &admin.access).await.body["data"]["enabled"], false);
}

#[tokio::test]
async fn within_the_operators_bounds_only() {
    let mut setup = Setup::default();
    setup.policy.audit_kept.usual = 365;
    setup.policy.audit_kept.most = 365;
    let app = TestApp::with(setup).await;
    let boss = signed_in(&app, Role::SuperAdmin).await;
    let put =
        async |days| app.put("/admin/audit/retention-policy", &boss.access, json!({ "days": days })).await;
    assert_eq!(put(366).await.status, 400);
    let less = put(100).await.body["data"].clone();
    assert_eq!(
        (&less["days"], &less["days_in_force"], &less["max_days"]),
        (&json!(100), &json!(365), &json!(365))
    );
}

#[tokio::test]
async fn everybody_sees_the_head_of_the_installations_own_log_and_of_no_tenants() {
    let app = TestApp::start().await;
    let none = app.request("GET", "/audit/public/hashchain").send().await;
    assert_eq!((none.status, &none.body["data"]["log_count"]), (200, &json!(0)), "{}", none.body);
    sign_ins(&app, "ada", 3).await;
    app.seal().await;
    let found = app.request("GET", "/audit/public/hashchain").send().await;
    let data = &found.body["data"];
    let key = app.parts.secrets.audit_key.verifying();
    let (head, _) = Head::verify(data["head"].as_str().expect("signed"), key).expect("by us");
    assert_eq!((head.log, &data["log_count"]), (Log(None), &json!(head.size)));
    assert_eq!(data["end_hash"], authms_crypto::merkle::to_hex(&head.root));
    assert!(data["last_validated"].is_string() && data["start_hash"].as_str().is_some_and(|h| h.len() == 64));
    for query in [format!("?tenant_id={}", app.tenant), "?log=x".to_owned()] {
        let same = app.request("GET", &format!("/audit/public/hashchain{query}")).send().await;
        assert_eq!(&same.body["data"], data, "{query}");
    }
    assert!(!found.body.to_string().contains(&app.tenant.to_string()));
}
