//! What browsers are told. Which origins clients allow is the store's to say; here it knows [`ORIGIN`] alone.

use crate::testing::{FakeStore, ORIGIN, app, app_with, request, send, settings};
use crate::{App, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing;
use std::sync::Arc;

fn routes() -> Router {
    Router::new()
        .route("/auth/me", routing::get(async || "me"))
        .route("/auth/login", routing::post(async || "in"))
        .route("/admin/users", routing::get(async || "users"))
}

async fn ask(app: &App, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let request =
        headers.iter().fold(request(method, path), |request, (name, value)| request.header(*name, *value));
    send(app, request.body(Body::empty()).expect("a request")).await
}

fn told(headers: &HeaderMap) -> Vec<String> {
    let mut names: Vec<_> = headers.keys().map(|name| name.to_string()).collect();
    names.retain(|name| name.starts_with("access-control"));
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_reads_the_answer() {
    let answer = ask(&app(routes()), "GET", "/api/v1/auth/me", &[("origin", ORIGIN)]).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(
        headers["access-control-expose-headers"],
        "ratelimit, ratelimit-policy, retry-after, x-request-id"
    );
    assert_eq!(headers["vary"], "origin");
    assert_eq!(told(headers).len(), 2, "no credentials: {headers:?}");
}

#[tokio::test]
async fn a_preflight_names_the_method_the_headers_and_for_how_long() {
    let asked = [
        ("origin", ORIGIN),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,x-anything"),
    ];
    let answer = ask(&app(routes()), "OPTIONS", "/bff/identity/api/v1/auth/login", &asked).await;
    assert_eq!(answer.status(), 204);
    let headers = answer.headers();
    assert_eq!(headers["access-control-allow-origin"], ORIGIN);
    assert_eq!(headers["access-control-allow-methods"], "POST");
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization, content-type, idempotency-key, traceparent, x-device-token, x-request-id, \
         x-step-up-token, x-tenant-id"
    );
    assert_eq!(headers["access-control-max-age"], "600");
    assert_eq!(headers["vary"], "origin");
    assert_eq!(told(headers).len(), 4, "{headers:?}");
}

#[tokio::test]
async fn any_other_origin_learns_nothing() {
    let app = app(routes());
    for origin in
        ["null", "https://evil.example", "https://app.example.org.evil.example", "HTTPS://app.example.org"]
    {
        let preflight = [("origin", origin), ("access-control-request-method", "GET")];
        for answer in [
            ask(&app, "GET", "/auth/me", &[("origin", origin)]).await,
            ask(&app, "OPTIONS", "/auth/me", &preflight).await,
        ] {
            assert_eq!(told(answer.headers()), [""; 0], "{origin}");
            assert_eq!(answer.headers()["vary"], "origin", "{origin}");
        }
    }
    let two = ask(&app, "GET", "/auth/me", &[("origin", ORIGIN), ("origin", ORIGIN)]).await;
    assert_eq!(told(two.headers()), [""; 0], "two origins are none");
    let long = format!("https://{}.example", "a".repeat(300));
    assert_eq!(told(ask(&app, "GET", "/auth/me", &[("origin", &long)]).await.headers()), [""; 0]);
}

#[tokio::test]
async fn requests_that_no_page_sent_are_answered_as_ever() {
    let app = app(routes());
    let plain = ask(&app, "GET", "/auth/me", &[]).await;
    assert!(!plain.headers().contains_key("vary") && told(plain.headers()).is_empty());
    for path in ["/admin/users", "/health"] {
        let answer = ask(&app, "GET", path, &[("origin", ORIGIN)]).await;
        assert_eq!((answer.status().as_u16(), told(answer.headers())), (200, Vec::new()), "{path}");
        let preflight = [("origin", ORIGIN), ("access-control-request-method", "GET")];
        assert_eq!(ask(&app, "OPTIONS", path, &preflight).await.status(), 405, "{path}");
    }
    assert_eq!(
        ask(&app, "OPTIONS", "/auth/me", &[("origin", ORIGIN)]).await.status(),
        405,
        "not a preflight"
    );
}

#[tokio::test]
async fn a_method_that_the_route_lacks_is_not_allowed() {
    let app = app(routes());
    for (path, method) in [("/auth/login", "DELETE"), ("/auth/me", "*"), ("/auth/me", "get")] {
        let asked = [("origin", ORIGIN), ("access-control-request-method", method)];
        let answer = ask(&app, "OPTIONS", path, &asked).await;
        assert!(!answer.headers().contains_key("access-control-allow-methods"), "{path} {method}");
    }
    let asked = [("origin", ORIGIN), ("access-control-request-method", "GET")];
    assert_eq!(ask(&app, "OPTIONS", "/auth/nothing", &asked).await.status(), 404);
}

#[tokio::test]
async fn preflights_are_limited_and_shed_and_pages_read_why() {
    let store = Arc::new(FakeStore::default());
    let app = app_with(settings(), store.clone(), routes());
    let preflight = async || {
        let asked = crate::testing::from("203.0.113.9", "OPTIONS", "/auth/me")
            .header("origin", ORIGIN)
            .header("access-control-request-method", "GET");
        send(&app, asked.body(Body::empty()).expect("a request")).await
    };
    for _ in 0..5 {
        assert_eq!(preflight().await.status(), 204);
    }
    let limited = preflight().await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].as_bytes()), (429, &b"12"[..]));
    assert_eq!(limited.headers()["access-control-allow-origin"], ORIGIN);

    let full = app_with(Settings { max_in_flight: 0, ..settings() }, store, routes());
    let asked = [("origin", ORIGIN), ("access-control-request-method", "GET")];
    assert_eq!(ask(&full, "OPTIONS", "/auth/me", &asked).await.status(), 503);
}
