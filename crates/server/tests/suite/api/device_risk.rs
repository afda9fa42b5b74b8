//! How risky a sign-in with a device would be, for administrators.

use super::stage::scopes;
use authms_core::access::{Permission, Role};
use authms_core::id::DeviceId;
use authms_core::time::Span;
use authms_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_devices_risk_is_that_of_a_sign_in_with_it_now() {
    let app = TestApp::start().await;
    let home = app.home();
    let ada = app.user("ada", Role::Member).await;
    let device = home.device(ada, false).await;
    let (_, support) = home.signed_in("susan", Role::Support).await;
    let path = format!("/admin/devices/{}/risk", device.id);
    let before = app.written();
    let told = app.get(&path, &support).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(app.written(), before, "looking writes nothing");
    assert_eq!(told.body["risk_factors"], json!(["ip_unknown", "new_device_or_ip", "unusual_time"]));
    assert_eq!((&told.body["risk_score"], &told.body["risk_level"]), (&json!(19), &json!("low")));
    let sessions = ["total_sessions", "active_sessions", "revoked_sessions", "audit_failure_count"];
    assert_eq!(sessions.map(|member| told.body[member].clone()), [1, 1, 0, 0]);
    let there =
        app.signin(json!({ "ticket": app.ticket(ada).await })).from("192.0.2.1").device(&device.token);
    let there = there.header("user-agent", "Mozilla/5.0").send().await;
    assert_eq!(there.body["risk_assessment"]["score"], told.body["risk_score"], "as it then is");

    app.clock.advance(Span::hours(24 * 181));
    let (_, support) = home.signed_in("sally", Role::Support).await;
    let unseen = app.get(&path, &support).await;
    assert_eq!(unseen.body["risk_factors"][0], "unknown_device", "unseen for too long: {}", unseen.body);
}

#[tokio::test]
async fn a_devices_risk_is_for_who_may_look_at_its_user() {
    let app = TestApp::start().await;
    let (ada, member) = app.home().signed_in("ada", Role::Member).await;
    let other = app.another_tenant("other").await;
    let eve = other.user("eve", Role::Member).await;
    let (own, foreign) = (app.home().device(ada, false).await, other.device(eve, false).await);
    let risk = async |bearer: &str, id: DeviceId| app.get(&format!("/admin/devices/{id}/risk"), bearer).await;
    let (_, support) = app.home().signed_in("susan", Role::Support).await;
    assert_eq!(risk(&support, own.id).await.status, 200);
    assert_eq!(risk(&member, own.id).await.refusal(), (403, 40000010), "not even of one's own");
    let partial = app.api_key(&[Permission::TenantRead], Role::SuperAdmin).await;
    assert_eq!(risk(&partial, own.id).await.refusal(), (403, 40000010));
    let all = app.api_key(&scopes(), Role::SuperAdmin).await;
    for bearer in [&support, &all] {
        assert_eq!(risk(bearer, foreign.id).await.refusal(), (404, 40001101));
        assert_eq!(risk(bearer, DeviceId::from_bytes([7; 16])).await.refusal(), (404, 40001101));
    }
}
