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
async fn whom_policy_asks_and_who_has_no_factor_is_let_in_by_the_command_line_alone() {
    let app = TestApp::start().await;
    let ada = app.home().user_with_password("ada", Role::Member, "correct horse battery staple").await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;
    app.home().always_asks().await;
    let minted =
        app.mint(&key, json!({ "user_id": ada.to_string(), "purpose": Purpose::Sso.as_str() })).await;
    for answer in [app.redeem(&minted).await, app.login("ada", "correct horse battery staple").await] {
        assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(true)), "{}", answer.body);
        assert_eq!(answer.body["mfa_enrolment"], "await_release");
        assert!(answer.body.get("access_token").is_none());
    }
    let by_operator = app.redeem(&app.ticket(ada).await).await;
    assert_eq!((by_operator.status, &by_operator.body["requires_mfa"]), (200, &json!(false)));
}

const LEVELS: &str = "/admin/mfa/risk-policies";

#[tokio::test]
async fn the_levels_one_by_one_are_the_same_policy() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let listed = async || {
        let items = app.get(LEVELS, &admin).await.body["items"].clone();
        let told = |i: usize| (items[i]["level"].clone(), items[i]["enabled"].clone());
        assert_eq!([0, 1, 2].map(|i| told(i).0), ["low", "medium", "high"], "{items}");
        ([0, 1, 2].map(|i| told(i).1 == true), items[2]["required_methods"].clone())
    };
    assert_eq!(listed().await, ([false, true, true], json!(["totp", "passkey", "backup"])));

    let high = format!("{LEVELS}/high");
    let changed = app.put(&high, &admin, json!({ "enabled": true, "required_methods": ["passkey"] })).await;
    assert_eq!((changed.status, &changed.body["data"]["enabled"]), (200, &json!(true)), "{}", changed.body);
    assert_eq!(listed().await, ([false, true, true], json!(["passkey"])));
    let whole = app.get(POLICY, &admin).await.body["data"].clone();
    assert_eq!(whole["high_risk"]["required_methods"], json!(["passkey"]));
    assert_eq!(whole["medium_risk"]["required_methods"].as_array().map(Vec::len), Some(5), "the others stay");

    let off = app.put(&high, &admin, json!({ "enabled": false, "required_methods": ["totp"] })).await;
    assert_eq!(off.body["data"]["required_methods"], json!([]));
    assert_eq!(listed().await.0, [false, true, false]);
    app.put(POLICY, &admin, json!({ "high_risk": ["totp"] })).await;
    assert_eq!(listed().await, ([false, true, true], json!(["totp"])));
    assert_eq!(app.delete(&high, &admin).await.status, 204);
    assert_eq!(listed().await, ([false, true, true], json!(["totp", "passkey", "backup"])));
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'tenant.mfa_policy_changed'"), 4);
}

#[tokio::test]
async fn a_level_is_held_to_the_rules_of_the_whole_and_to_who_may_change_it() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let put =
        async |bearer: &str, level: &str, body| app.put(&format!("{LEVELS}/{level}"), bearer, body).await;
    for (level, body, member) in [
        ("high", json!({ "required_methods": ["email", "sms"] }), "high_risk"),
        ("medium", json!({ "required_methods": ["sms"] }), "medium_risk"),
        ("medium", json!({ "required_methods": ["password"] }), "required_methods"),
        ("medium", json!({ "enabled": true, "required_methods": [] }), "required_methods"),
        ("medium", json!({ "enabled": false }), "required_methods"),
    ] {
        let refused = put(&admin, level, body).await;
        assert_eq!((refused.refusal(), &refused.body["member"]), ((400, 40000001), &json!(member)));
    }
    for level in ["critical", "none", "HIGH"] {
        let refused = put(&admin, level, json!({ "required_methods": ["totp"] })).await;
        assert_eq!(refused.refusal(), (404, 40001531), "above high a sign-in is refused: {level}");
        assert_eq!(app.delete(&format!("{LEVELS}/{level}"), &admin).await.refusal(), (404, 40001531));
    }
    let (_, deputy) = app.home().signed_in("deputy", Role::Admin).await;
    let reader = app.api_key(&[Permission::TenantRead], Role::SuperAdmin).await;
    for bearer in [&deputy, &reader] {
        assert_eq!(app.get(LEVELS, bearer).await.status, 200);
        let asked = put(bearer, "high", json!({ "required_methods": ["totp"] })).await;
        assert_eq!(asked.refusal(), (403, 40000010));
        assert_eq!(app.delete(&format!("{LEVELS}/high"), bearer).await.refusal(), (403, 40000010));
    }
    assert_eq!(app.count("SELECT count(*) FROM tenants WHERE mfa_policy IS NOT NULL"), 0);
}
