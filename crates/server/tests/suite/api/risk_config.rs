//! What a tenant makes of signals.

use authms_core::access::{Permission, Role};
use authms_testkit::{Answer, Setup, TestApp};
use serde_json::{Value, json};

const CONFIG: &str = "/admin/security/risk-config";

struct Scene {
    app: TestApp,
    /// A super administrator's access token.
    chief: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let chief = app.sign_in(app.admin).await.access;
        Self { app, chief }
    }

    async fn get(&self) -> Value {
        let answer = self.app.get(CONFIG, &self.chief).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["data"].clone()
    }

    async fn put(&self, body: Value) -> Answer {
        self.app.put(CONFIG, &self.chief, body).await
    }

    async fn set(&self, body: Value) {
        let answer = self.put(body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["data"], self.get().await);
    }

    async fn reset(&self) -> Answer {
        self.app.post(&format!("{CONFIG}/reset"), &self.chief, json!({})).await
    }

    fn defaults(&self) -> Value {
        json!({
            "critical_threshold": 85,
            "elevated_threshold": 45,
            "high_threshold": 60,
            "learning_period_days": 14,
            "moderate_threshold": 30,
            "session_risk_enabled": false,
            "signal_weights": {
                "credential_leaked": 40,
                "ip_bad_reputation": 30,
                "ip_unknown": 5,
                "ip_vpn": 15,
                "login_failure_high": 25,
                "login_failure_moderate": 15,
                "mfa_method_changed": 15,
                "new_country": 15,
                "new_device_or_ip": 25,
                "session_hijack": 40,
                "unknown_device": 10,
                "unusual_location": 10,
                "unusual_time": 5,
                "velocity_anomaly": 20,
            },
            "tenant_id": self.app.tenant.to_string(),
        })
    }
}

#[tokio::test]
async fn a_configuration_is_read_changed_in_parts_and_reset() {
    let scene = Scene::new().await;
    assert_eq!(scene.get().await, scene.defaults());
    scene
        .set(json!({ "critical_threshold": 100, "signal_weights": { "ip_vpn": 0, "unusual_time": 7 } }))
        .await;
    scene.set(json!({ "session_risk_enabled": true, "learning_period_days": 30, "unknown": 1 })).await;
    scene.set(json!({ "moderate_threshold": null, "signal_weights": { "ip_vpn": null } })).await;
    let mut expected = scene.defaults();
    expected["critical_threshold"] = json!(100);
    expected["learning_period_days"] = json!(30);
    expected["session_risk_enabled"] = json!(true);
    expected["signal_weights"]["ip_vpn"] = json!(0);
    expected["signal_weights"]["unusual_time"] = json!(7);
    assert_eq!(scene.get().await, expected);
    let restarted = scene.app.restart(Setup { seed: 2, ..Setup::default() }).await;
    assert_eq!(restarted.get(CONFIG, &scene.chief).await.body["data"], expected);
    let row = scene.app.audit("tenant.risk_config_changed").pop().expect("a row");
    assert_eq!(
        (&row["critical_threshold"], &row["ip_vpn"], &row["unknown_device"]),
        (&json!(100), &json!(0), &json!(10))
    );
    assert_eq!(
        (&row["session_risk_enabled"], &row["actor"]),
        (&json!("yes"), &json!(scene.app.admin.to_string()))
    );

    let reset = scene.reset().await;
    assert_eq!((reset.status, &reset.body["data"]), (200, &scene.defaults()));
    assert_eq!(scene.get().await, scene.defaults());
    let row = scene.app.audit("tenant.risk_config_changed").pop().expect("a row");
    assert_eq!(row["ip_vpn"], 15, "the reset is told, too");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_named() {
    let scene = Scene::new().await;
    for (member, body) in [
        ("moderate_threshold", json!({ "moderate_threshold": -1 })),
        ("moderate_threshold", json!({ "moderate_threshold": "30" })),
        ("elevated_threshold", json!({ "moderate_threshold": 46 })),
        ("elevated_threshold", json!({ "elevated_threshold": 29 })),
        ("high_threshold", json!({ "high_threshold": 44 })),
        ("critical_threshold", json!({ "critical_threshold": 101 })),
        ("critical_threshold", json!({ "critical_threshold": 9_000_000_000_000_000_000_i64 })),
        ("critical_threshold", json!({ "critical_threshold": 59 })),
        ("learning_period_days", json!({ "learning_period_days": 366 })),
        ("learning_period_days", json!({ "learning_period_days": -1 })),
        ("session_risk_enabled", json!({ "session_risk_enabled": "yes" })),
        ("signal_weights", json!({ "signal_weights": [] })),
        ("ip_vpn", json!({ "signal_weights": { "ip_vpn": 101 } })),
        ("new_country", json!({ "signal_weights": { "new_country": -1 } })),
        ("signal_weights.new_country", json!({ "signal_weights": { "new_country": 1.5 } })),
    ] {
        let answer = scene.put(body.clone()).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)), "{body}");
    }
    assert_eq!(scene.get().await, scene.defaults());
    assert!(scene.app.audit("tenant.risk_config_changed").is_empty());
    scene.set(json!({ "moderate_threshold": 0, "elevated_threshold": 0, "high_threshold": 0, "critical_threshold": 0 })).await;
}

#[tokio::test]
async fn a_configuration_is_its_tenants_own_and_outlives_other_changes() {
    let scene = Scene::new().await;
    let globex = scene.app.another_tenant("globex").await;
    scene.set(json!({ "moderate_threshold": 20 })).await;
    let key = globex.key(&[Permission::TenantRead], Role::Member).await;
    let other = scene.app.get(CONFIG, key.raw.expose()).await.body["data"].clone();
    assert_eq!(other["moderate_threshold"], 30);
    let path = format!("/admin/tenants/{}", scene.app.tenant);
    assert_eq!(scene.app.put(&path, &scene.chief, json!({ "name": "acme" })).await.status, 200);
    assert_eq!(
        scene.app.put("/admin/tickets/policy", &scene.chief, json!({ "require_proof": true })).await.status,
        200
    );
    assert_eq!(scene.get().await["moderate_threshold"], 20);
}
