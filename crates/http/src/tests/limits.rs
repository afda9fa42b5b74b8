//! Per-address limits.

use crate::testing::{FakeStore, app, app_with, from, json, send, settings};
use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn routes() -> Router {
    Router::new().route("/auth/me", routing::get(async || "")).route("/auth/login", routing::get(async || ""))
}

async fn get(app: &crate::App, peer: &str, path: &str) -> Response {
    send(app, from(peer, "GET", path).body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn answers_tell_of_the_budget() {
    let response = get(&app(routes()), "203.0.113.9", "/api/v1/auth/me").await;
    assert_eq!(response.headers()["ratelimit-policy"], "\"address\";q=5;w=60");
    assert_eq!(response.headers()["ratelimit"], "\"address\";r=4;t=12");
}

#[tokio::test]
async fn sign_in_routes_have_a_budget_of_their_own_under_every_spelling() {
    let app = app(routes());
    let response = get(&app, "203.0.113.9", "/auth/login").await;
    assert_eq!(response.headers()["ratelimit-policy"], "\"address\";q=5;w=60, \"address_sign_in\";q=2;w=60");
    assert_eq!(response.headers()["ratelimit"], "\"address\";r=4;t=12, \"address_sign_in\";r=1;t=12");
    assert_eq!(get(&app, "203.0.113.9", "/bff/identity-service/api/v1/auth/login").await.status(), 200);
    let refused = get(&app, "203.0.113.9", "/identity/api/v1/auth/login").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "12");
    assert!(refused.headers()["ratelimit"].to_str().expect("text").contains("\"address_sign_in\";r=0;t=12"));
    assert_eq!(json(refused).await["code"], 40000006);
    assert_eq!(get(&app, "203.0.113.9", "/auth/me").await.status(), 200, "another class");
    assert_eq!(get(&app, "203.0.113.10", "/auth/login").await.status(), 200, "another address");
}

#[tokio::test]
async fn p27_ipv6_rotation_shares_a_64_bucket() {
    let app = app(routes());
    for host in 1..=5 {
        assert_eq!(get(&app, &format!("2001:db8:1:2::{host}"), "/auth/me").await.status(), 200);
    }
    assert_eq!(get(&app, "2001:db8:1:2:ffff::9", "/auth/me").await.status(), 429, "the same /64");
    assert_eq!(get(&app, "2001:db8:1:3::1", "/auth/me").await.status(), 200, "another one");
}

#[tokio::test]
async fn s51_forged_proxy_headers_do_not_buy_a_new_budget() {
    let app = app(routes());
    for n in 0..6 {
        let request =
            from("203.0.113.9", "GET", "/auth/me").header("x-forwarded-for", format!("192.0.2.{n}"));
        let response = send(&app, request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), if n < 5 { 200 } else { 429 });
    }
}

#[tokio::test]
async fn unknown_routes_are_charged_and_health_is_not() {
    let app = app(routes());
    for _ in 0..5 {
        assert_eq!(get(&app, "203.0.113.9", "/nothing").await.status(), 404);
    }
    assert_eq!(get(&app, "203.0.113.9", "/nothing").await.status(), 429);
    let health = get(&app, "203.0.113.9", "/health").await;
    assert_eq!(health.status(), 200);
    assert!(!health.headers().contains_key("ratelimit"));
}

#[tokio::test]
async fn exempt_networks_have_no_per_address_limit() {
    let app = app(routes());
    for _ in 0..9 {
        let response = get(&app, "192.168.7.1", "/auth/login").await;
        assert_eq!(response.status(), 200);
        assert!(!response.headers().contains_key("ratelimit"));
    }
}

#[tokio::test]
async fn without_the_store_nothing_is_let_through_uncounted() {
    let store = Arc::new(FakeStore::default());
    store.down.store(true, Ordering::Relaxed);
    let app = app_with(settings(), store, routes());
    assert_eq!(get(&app, "203.0.113.9", "/auth/login").await.status(), 503);
}
