//! What administrators see of sign-ins that stood out.

use authms_core::access::{Permission, Role};
use authms_core::id::UserId;
use authms_core::risk::Signal;
use authms_core::time::Span;
use authms_testkit::TestApp;
use serde_json::{Value, json};

const EVENTS: &str = "/admin/security/risk-events";

struct Scene {
    app: TestApp,
    /// An administrator's access token.
    admin: String,
    alice: UserId,
    bob: UserId,
}

impl Scene {
    /// Three events on two days, and one of another tenant.
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (_, admin) = app.home().signed_in("chief", Role::Admin).await;
        let (alice, bob) = (app.user("alice", Role::Member).await, app.user("bob", Role::Member).await);
        let globex = app.another_tenant("globex").await;
        globex.risk_event(alice, Signal::IpVpn, 99).await;
        app.home().risk_event(alice, Signal::NewCountry, 61).await;
        app.home().risk_event(bob, Signal::IpVpn, 100).await;
        app.clock.advance(Span::hours(24));
        let (_, admin_now) = app.home().signed_in("chief2", Role::Admin).await;
        app.home().risk_event(alice, Signal::NewCountry, 45).await;
        drop(admin);
        Self { app, admin: admin_now, alice, bob }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.app.get(path, &self.admin).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }

    /// The scores that a list shows.
    async fn scores(&self, query: &str) -> Vec<f64> {
        let body = self.get(&format!("{EVENTS}{query}")).await;
        let items = body["items"].as_array().expect("a list");
        assert_eq!(body["total"], items.len());
        items.iter().filter_map(|event| event["risk_score"].as_f64()).collect()
    }

    fn today(&self) -> String {
        self.app.parts.now().day().to_string()
    }

    fn yesterday(&self) -> String {
        self.app.parts.now().day().before(1).to_string()
    }
}

#[tokio::test]
async fn an_event_tells_what_was_seen() {
    let scene = Scene::new().await;
    let body = scene.get(EVENTS).await;
    let event = &body["items"][0];
    for (member, value) in [
        ("event_type", json!("new_country")),
        ("risk_score", json!(45.0)),
        ("user_id", json!(scene.alice.to_string())),
        ("ip", json!("192.0.2.7")),
        ("geo_location", json!("DE")),
        ("device_id", json!("dev_1")),
    ] {
        assert_eq!(event[member], value, "{member}");
    }
    let metadata: Value = serde_json::from_str(event["metadata"].as_str().expect("a text")).expect("JSON");
    let expected = json!({
        "level": "high",
        "method": "password",
        "outcome": "granted",
        "observations": [{ "signal": "new_country", "weight": 40, "counted": 45, "what": "seen" }],
    });
    assert_eq!(metadata, expected);
    let row = scene.app.audit("login.succeeded").pop().expect("a row");
    assert_eq!(event["id"], row["id"], "it is found in the audit log");
}

#[tokio::test]
async fn events_are_narrowed_by_all_that_the_contract_names() {
    let scene = Scene::new().await;
    let (today, yesterday) = (scene.today(), scene.yesterday());
    for (query, scores) in [
        (String::new(), vec![45.0, 100.0, 61.0]),
        (format!("?user_id={}", scene.alice), vec![45.0, 61.0]),
        ("?event_type=ip_vpn".to_owned(), vec![100.0]),
        ("?min_score=61".to_owned(), vec![100.0, 61.0]),
        (format!("?start_date={today}"), vec![45.0]),
        (format!("?end_date={yesterday}"), vec![100.0, 61.0]),
        (format!("?start_date={yesterday}&end_date={today}&event_type=new_country"), vec![45.0, 61.0]),
        (format!("?start_date={today}T00:00:00Z"), vec![45.0]),
        (format!("?end_date={today}T00:00:00Z"), vec![100.0, 61.0]),
        (format!("?user_id={}&min_score=100", scene.bob), vec![100.0]),
    ] {
        assert_eq!(scene.scores(&query).await, scores, "{query}");
    }
    let second = scene.get(&format!("{EVENTS}?page=2&page_size=2")).await;
    assert_eq!((second["items"].as_array().map(Vec::len), &second["total"]), (Some(1), &json!(3)));
}

#[tokio::test]
async fn filters_that_cannot_be_read_are_refused_and_named() {
    let scene = Scene::new().await;
    for (member, query) in [
        ("event_type", "?event_type=login"),
        ("user_id", "?user_id=alice"),
        ("min_score", "?min_score=256"),
        ("min_score", "?min_score=-1"),
        ("start_date", "?start_date=yesterday"),
        ("start_date", "?start_date=2026-02-30"),
        ("end_date", "?end_date=20260101"),
        ("start_date", "/aggregation?start_date=2026-13-01"),
        ("end_date", "/aggregation?end_date=2026-05-25T0"),
        ("end_date", "/aggregation?start_date=2026-05-25&end_date=2026-05-24"),
        ("end_date", "/aggregation?start_date=2025-01-01&end_date=2026-05-24"),
    ] {
        let answer = scene.app.get(&format!("{EVENTS}{query}"), &scene.admin).await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!(member)), "{query}");
    }
}

#[tokio::test]
async fn events_are_counted_by_day_type_and_score() {
    let scene = Scene::new().await;
    let (today, yesterday) = (scene.today(), scene.yesterday());
    let query = format!("{EVENTS}/aggregation?start_date={yesterday}&end_date={today}");
    let ranges = |counts: [u64; 5]| {
        let names = ["0-20", "21-40", "41-60", "61-80", "81-100"];
        let range = |(count, range)| json!({ "count": count, "range": range });
        Value::from_iter(counts.into_iter().zip(names).map(range))
    };
    let expected = json!({
        "start_date": yesterday,
        "end_date": today,
        "total": 3,
        "day_counts": [{ "count": 2, "date": yesterday }, { "count": 1, "date": today }],
        "event_types": [{ "count": 2, "eventType": "new_country" }, { "count": 1, "eventType": "ip_vpn" }],
        "score_ranges": ranges([0, 0, 1, 1, 1]),
    });
    assert_eq!(scene.get(&query).await["data"], expected);
    let only = scene.get(&format!("{EVENTS}/aggregation?start_date={today}")).await;
    assert_eq!(only["data"]["score_ranges"], ranges([0, 0, 1, 0, 0]));

    let dashboard = scene.get("/admin/security/risk-dashboard").await["data"].clone();
    let days = dashboard["day_counts"].as_array().expect("days");
    assert_eq!((days.len(), json!(days[28..])), (30, expected["day_counts"].clone()));
    assert_eq!(dashboard["today_total"], 1);
    assert_eq!(dashboard["top_event_types"], expected["event_types"]);
    assert_eq!(dashboard["score_ranges"], expected["score_ranges"]);
    let users = json!([
        { "avg_score": 53.0, "count": 2, "max_score": 61.0, "user_id": scene.alice.to_string() },
        { "avg_score": 100.0, "count": 1, "max_score": 100.0, "user_id": scene.bob.to_string() },
    ]);
    assert_eq!(dashboard["top_risk_users"], users);
}

#[tokio::test]
async fn events_are_their_tenants_own() {
    let scene = Scene::new().await;
    let initech = scene.app.another_tenant("initech").await;
    let key = initech.key(&[Permission::TenantRead], Role::Member).await;
    let get = |path: &'static str| scene.app.get(path, key.raw.expose());
    assert_eq!(get(EVENTS).await.body["total"], 0);
    assert_eq!(get("/admin/security/risk-events/aggregation").await.body["data"]["total"], 0);
    let dashboard = get("/admin/security/risk-dashboard").await.body["data"].clone();
    assert_eq!((&dashboard["top_risk_users"], &dashboard["today_total"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn a_sign_in_is_weighed_as_its_tenant_says_and_kept_if_it_stood_out() {
    let app = TestApp::start().await;
    let chief = app.sign_in(app.admin).await.access;
    let alice = app.user("alice", Role::Member).await;
    let weigh = async |unknown_device: u8| {
        let mut weights: serde_json::Map<_, _> =
            Signal::ALL.iter().map(|signal| (signal.as_str().to_owned(), json!(0))).collect();
        weights.insert("unknown_device".to_owned(), json!(unknown_device));
        let body = json!({ "signal_weights": weights, "elevated_threshold": 30 });
        let answer = app.put("/admin/security/risk-config", &chief, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    let newest = async || {
        let body = app.get(EVENTS, &chief).await.body;
        let text = body["items"][0]["metadata"].as_str().unwrap_or("{}").to_owned();
        let metadata: Value = serde_json::from_str(&text).expect("JSON");
        (body["total"].clone(), body["items"][0].clone(), metadata)
    };
    weigh(29).await;
    assert_eq!(app.redeem(&app.ticket(alice).await).await.status, 200);
    assert_eq!(newest().await.0, 0, "nothing out of the ordinary");

    weigh(30).await;
    assert_eq!(app.redeem(&app.ticket(alice).await).await.status, 200);
    let (total, event, metadata) = newest().await;
    assert_eq!(
        (total, &event["risk_score"], &event["event_type"]),
        (json!(1), &json!(30.0), &json!("unknown_device"))
    );
    assert_eq!(
        (&metadata["outcome"], &metadata["method"], &metadata["level"]),
        (&json!("granted"), &json!("ticket"), &json!("low"))
    );
    let row = app.audit("ticket.redeemed").pop().expect("a row");
    assert_eq!((&event["id"], &event["user_id"]), (&row["id"], &json!(alice.to_string())));

    weigh(86).await;
    assert_eq!(app.redeem(&app.ticket(alice).await).await.status, 400);
    let (total, event, metadata) = newest().await;
    assert_eq!((total, &event["risk_score"]), (json!(2), &json!(86.0)));
    assert_eq!((&metadata["outcome"], &metadata["level"]), (&json!("refused"), &json!("critical")));
}
