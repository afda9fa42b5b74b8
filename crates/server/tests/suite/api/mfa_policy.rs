//! When a tenant asks for second factors, as its administrators decide.

use authms_core::access::{Permission, Role};
use authms_core::ticket::Purpose;
use authms_testkit::TestApp;
use serde_json::json;

const POLICY: &str = "/admin/mfa/risk-policy";

#[tokio::test]
async fn what_an_administrator_decides_counts_from_the_next_sign_in() {
    let app = TestApp::start().await;
    let ada = app.user("ada", Role::Member).await;
    app.home().authenticator(ada).await;
    let admin = app.sign_in(app.admin).await.access;
    let shown = app.get(POLICY, &admin).await.body["data"].clone();
    assert_eq!((&shown["always"], &shown["from_role"]), (&json!(false), &json!(null)));
    assert_eq!(shown["high_risk"]["required_methods"], json!(["totp", "passkey", "backup"]));
    assert_eq!(app.redeem(&app.ticket(ada).await).await.body["requires_mfa"], false);

    let changed = app.put(POLICY, &admin, json!({ "always": true, "low_risk": ["totp", "email"] })).await;
    assert_eq!(changed.body["data"]["low_risk"]["required_methods"], json!(["totp", "email"]));
    let asked = app.redeem(&app.ticket(ada).await).await;
    assert_eq!(asked.body["mfa_check_reason"], "policy_always", "{}", asked.body);
    assert_eq!(asked.body["required_mfa_methods"], json!(["totp"]));

    let changed =
        app.put(POLICY, &admin, json!({ "always": false, "from_role": "admin", "low_risk": [] })).await;
    assert_eq!(changed.body["data"]["from_role"], "admin");
    assert_eq!(app.redeem(&app.ticket(ada).await).await.body["requires_mfa"], false);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'tenant.mfa_policy_changed'"), 2);
}

#[tokio::test]
async fn s27_sms_stands_alone_nowhere_and_what_is_sent_not_at_high_risk() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    for (member, methods) in [
        ("low_risk", json!(["sms"])),
        ("medium_risk", json!(["sms"])),
        ("high_risk", json!(["sms"])),
        ("high_risk", json!(["email"])),
        ("high_risk", json!(["email", "sms"])),
        ("medium_risk", json!(["password"])),
    ] {
        let refused = app.put(POLICY, &admin, json!({ member: methods })).await;
        assert_eq!((refused.refusal(), &refused.body["member"]), ((400, 40000001), &json!(member)));
    }
    assert_eq!(app.count("SELECT count(*) FROM tenants WHERE mfa_policy IS NOT NULL"), 0);
    let good = json!({ "medium_risk": ["sms", "email"], "high_risk": ["sms", "totp"] });
    assert_eq!(app.put(POLICY, &admin, good).await.status, 200);
}

#[tokio::test]
async fn whom_policy_asks_and_who_has_no_factor_comes_in_by_the_command_line_alone() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, "correct horse battery staple").await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    app.home().always_asks().await;
    let minted =
        app.mint(&key, json!({ "user_id": ada.to_string(), "purpose": Purpose::Sso.as_str() })).await;
    assert_eq!(app.redeem(&minted).await.status, 400);
    assert_eq!(app.login("ada", "correct horse battery staple").await.status, 401);
    let by_operator = app.redeem(&app.ticket(ada).await).await;
    assert_eq!((by_operator.status, &by_operator.body["requires_mfa"]), (200, &json!(false)));
}
