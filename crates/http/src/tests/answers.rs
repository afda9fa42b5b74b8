//! What every answer carries.

use crate::extract::Source;
use crate::testing::{FakeStore, app, app_with, from, get, json, request, send, settings, text};
use crate::{ApiError, codes};
use authms_core::access::{Forbidden, Permission};
use authms_core::commit::CommitError;
use authms_core::ports::Down;
use axum::Router;
use axum::body::Body;
use axum::response::IntoResponse;
use axum::routing;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn failing<E: Into<ApiError> + Send + 'static>(error: fn() -> E) -> Router {
    Router::new().route("/x", routing::get(async move || -> ApiError { error().into() }))
}

#[tokio::test]
async fn errors_are_simple_responses() {
    let response = get(&app(failing(|| codes::USER_DISABLED)), "/x").await;
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "application/json");
    let expected = serde_json::json!({
        "code": 40000302,
        "message": "the user is disabled",
        "timestamp": "2027-01-15T08:00:00.000Z",
        "request_id": response.headers()["x-request-id"].to_str().expect("text"),
    });
    assert_eq!(json(response).await, expected);
}

#[tokio::test]
async fn s62_fault_answers_carry_no_internals() {
    let secret = "/var/lib/authms.db is malformed";
    let faults: [(Router, u16, u32); 5] = [
        (failing(|| ApiError::internal("/var/lib/authms.db is malformed")), 500, 40000008),
        (failing(|| ApiError::unavailable("/var/lib/authms.db is malformed")), 503, 40000007),
        (failing(|| Down), 503, 40000007),
        (failing(|| CommitError::Unknown), 503, 40000007),
        (Router::new().route("/x", routing::get(panics)), 500, 40000008),
    ];
    for (routes, status, code) in faults {
        let response = get(&app(routes), "/x").await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().contains_key("retry-after"), status == 503);
        let headers = format!("{:?}", response.headers());
        let body = text(response).await;
        assert!(!body.contains(secret) && !headers.contains(secret), "{body}");
        assert!(!body.contains("panic") && !body.contains(".rs"), "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["code"], code);
        let mut members: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
        members.sort();
        assert_eq!(members, ["code", "message", "request_id", "timestamp"]);
    }
}

async fn panics() -> String {
    panic!("/var/lib/authms.db is malformed")
}

#[tokio::test]
async fn a_panic_ends_one_request_only() {
    let app = app(Router::new().route("/x", routing::get(panics)));
    assert_eq!(get(&app, "/x").await.status(), 500);
    assert_eq!(get(&app, "/health").await.status(), 200);
}

#[tokio::test]
async fn not_ready_while_the_store_is_down() {
    let store = Arc::new(FakeStore::default());
    let app = app_with(settings(), store.clone(), Router::new());
    store.down.store(true, Ordering::Relaxed);
    let response = get(&app, "/health/ready").await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(get(&app, "/health/live").await.status(), 200);
    store.down.store(false, Ordering::Relaxed);
    assert_eq!(get(&app, "/health/ready").await.status(), 200, "it recovers");
}

#[tokio::test]
async fn challenges_say_what_is_missing() {
    for (error, status, challenge) in [
        (ApiError::unauthenticated(), 401, "Bearer realm=\"authms\""),
        (codes::REFRESH_REUSED.into(), 401, "Bearer realm=\"authms\""),
        (ApiError::invalid_token(), 401, "Bearer realm=\"authms\", error=\"invalid_token\""),
        (
            Forbidden::Permission(Permission::UserRead).into(),
            403,
            "Bearer realm=\"authms\", error=\"insufficient_scope\", scope=\"user:read\"",
        ),
    ] {
        let response = error.into_response();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["www-authenticate"], challenge);
    }
}

#[tokio::test]
async fn security_headers_stand_on_every_answer() {
    let cached = async || ([("cache-control", "public, max-age=300")], "keys");
    let app = app(Router::new().route("/x", routing::get(cached)));
    for (path, cache) in [("/x", "public, max-age=300"), ("/health", "no-store"), ("/none", "no-store")] {
        let response = get(&app, path).await;
        assert_eq!(response.headers()["cache-control"], cache, "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(!response.headers().contains_key("server"));
    }
}

#[tokio::test]
async fn request_ids_are_echoed_only_if_they_can_stand_in_a_log() {
    let app = app(Router::new());
    for (sent, echoed) in [("abc-123:/{}", true), (&"a".repeat(128), true), (&"a".repeat(129), false)]
        .into_iter()
        .chain([("", false), ("a b", false), ("a\tb", false), ("\u{e9}", false)])
    {
        let request =
            request("GET", "/health").header("x-request-id", sent).body(Body::empty()).expect("a request");
        let response = send(&app, request).await;
        let id = response.headers()["x-request-id"].to_str().expect("text");
        assert_eq!(id == sent, echoed, "{sent:?}");
        assert!(echoed || id.len() == 22);
    }
}

#[tokio::test]
async fn handlers_see_a_clean_source() {
    let told = async |source: Source| format!("{:?} {:?}", source.ip, source.user_agent);
    let app = app(Router::new().route("/x", routing::get(told)));
    let request = from("10.0.0.1", "GET", "/x")
        .header("x-forwarded-for", "203.0.113.9")
        .header("user-agent", format!("a\tb{}", "é".repeat(300)))
        .body(Body::empty())
        .expect("a request");
    let seen = text(send(&app, request).await).await;
    assert_eq!(seen, format!("Some(203.0.113.9) Some(\"ab{}\")", "é".repeat(254)));
}
