//! Which spelling reaches which route.

use crate::base_path::PREFIXES;
use crate::testing::{app, get, json, request, send};
use axum::Router;
use axum::body::Body;
use axum::extract::MatchedPath;
use axum::routing;

fn echo() -> Router {
    let told = async |route: MatchedPath| route.as_str().to_owned();
    Router::new()
        .route("/auth/me", routing::get(told))
        .route("/auth/users/{id}", routing::get(told))
        .route("/.well-known/x", routing::get(told))
}

#[tokio::test]
async fn every_base_path_reaches_the_canonical_route() {
    let app = app(echo());
    for prefix in PREFIXES.into_iter().chain([""]) {
        let response = get(&app, &format!("{prefix}/auth/users/usr_1?x=1")).await;
        assert_eq!(response.status(), 200, "{prefix}");
        assert_eq!(crate::testing::text(response).await, "/auth/users/{id}");
    }
}

#[tokio::test]
async fn other_spellings_reach_nothing() {
    let app = app(echo());
    for path in [
        "/auth%2Fme",
        "/api%2fv1/auth/me",
        "/%61uth/me",
        "/auth/./me",
        "/auth/users/../me",
        "/auth//me",
        "//auth/me",
        "/auth\\me",
        "/auth/me/",
        "/AUTH/me",
        "/api/v1/api/v1/auth/me",
        "/identity/api/v1/mfa/api/v1/auth/me",
        "/bff/other/api/v1/auth/me",
        "/api/v2/auth/me",
        "/api/v1/health",
        "/oauth/api/v1/.well-known/x",
        "/api/v1",
        "/",
    ] {
        let Ok(request) = request("GET", path).body(Body::empty()) else { continue };
        let response = send(&app, request).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(json(response).await["code"], 40000002, "{path}");
    }
    assert_eq!(get(&app, "/.well-known/x").await.status(), 200);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let both = Router::new()
        .route("/auth/me", routing::get(async || "").put(async || ""))
        .route("/auth/x", routing::post(async || ""));
    let app = app(both);
    let response =
        send(&app, request("DELETE", "/api/v1/auth/me").body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "GET,HEAD,PUT");
    assert_eq!(json(response).await["code"], 40000003);
    let response = get(&app, "/auth/x").await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["allow"]),
        (405, &"POST".parse().expect("a value"))
    );
}

#[tokio::test]
async fn health_answers_bare_paths_only() {
    let app = app(Router::new());
    for path in ["/health", "/health/live", "/health/ready"] {
        let response = get(&app, path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(json(response).await["status"], "ok");
    }
}

#[test]
fn a_bare_route_costs_no_allocation() {
    let path = "/auth/ticket/signin";
    let route = crate::base_path::canonical(path).expect("a route");
    assert_eq!(route.as_ptr(), path.as_ptr());
}
