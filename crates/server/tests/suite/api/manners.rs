//! HTTP as it is meant to be spoken, at every route.

use super::stage::{Cast, Who};
use authms_core::access::Role;
use authms_http::routes;
use authms_testkit::{TestApp, jwt};
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn other_methods_are_answered_with_allow() {
    let app = TestApp::start().await;
    let mut paths = BTreeMap::<&str, BTreeSet<&str>>::new();
    for route in routes() {
        paths.entry(&route.path).or_default().insert(route.method);
    }
    for (path, methods) in paths {
        let route = routes().iter().find(|r| r.path == path).expect("a route");
        let cast = Cast::new(&app, &app.home(), Who::Person(Role::SuperAdmin), route).await;
        let example = cast.expect(route);
        let before = app.written();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if methods.contains(method) {
                continue;
            }
            let request = app.request(method, &format!("/api/v1{}", example.path));
            let bare = app.request(method, &example.path);
            let request =
                if path.starts_with("/health") || path.starts_with("/.well-known") { bare } else { request };
            let answer = request.bearer(&cast.bearer).send().await;
            assert_eq!(answer.refusal(), (405, 40000003), "{method} {path}: {}", answer.body);
            let mut allowed: BTreeSet<_> = answer.header("allow").split(',').map(str::trim).collect();
            if methods.contains("GET") {
                assert!(allowed.remove("HEAD"), "{path}: who may GET may HEAD");
            }
            assert_eq!(allowed, methods, "{method} {path}");
        }
        assert_eq!(app.written(), before, "{path}: something was stored");
    }
}

#[tokio::test]
async fn every_answer_is_guarded_against_sniffing_framing_and_caching() {
    let app = TestApp::start().await;
    for route in routes() {
        for who in [Who::Anonymous, Who::Person(Role::SuperAdmin)] {
            let answer = Cast::new(&app, &app.home(), who, route).await.send(route).await;
            let at = format!("{} {}", route.method, route.path);
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{at}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{at}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{at}");
            let cached = answer.header("cache-control");
            let public = route.path == "/.well-known/jwks.json";
            assert_eq!(cached == "no-store", !public, "{at}: {cached}");
            assert_eq!(answer.header("x-request-id").len(), 22, "{at}");
            assert!(answer.header("set-cookie").is_empty(), "{at}");
        }
    }
}

#[tokio::test]
async fn every_base_path_leads_to_the_same_routes_and_authorization() {
    let app = TestApp::start().await;
    let (_, member) = app.home().signed_in("alice", Role::Member).await;
    for base in authms_http::base_path::PREFIXES.into_iter().chain([""]) {
        let me = app.get(&format!("{base}/auth/me"), &member).await;
        assert_eq!((me.status, me.body["data"]["username"].as_str()), (200, Some("alice")), "{base}");
        assert_eq!(
            app.get(&format!("{base}/admin/users"), &member).await.refusal(),
            (403, 40000010),
            "{base}"
        );
        assert_eq!(app.get(&format!("{base}/admin/users"), "").await.refusal(), (401, 40000009), "{base}");
        let ticket = app.ticket(app.admin).await;
        let request = app.request("POST", &format!("{base}/auth/ticket/signin"));
        let done = request.json(serde_json::json!({ "ticket": ticket })).send().await;
        assert_eq!(done.status, 200, "{base}: {}", done.body);
        let token = done.body["access_token"].as_str().unwrap_or_default();
        assert_eq!(jwt::claims(token)["sub"], app.admin.to_string());
    }
    for spelled in [
        "/api/v1/auth%2fme",
        "/api/v1//auth/me",
        "/api/v1/./auth/me",
        "/api/v1/x/../auth/me",
        "/api/v1/api/v1/auth/me",
        "/API/v1/auth/me",
        "/auth/me/",
        "/auth/ME",
        "/auth/me;x",
        "/bff/other/api/v1/auth/me",
    ] {
        assert_eq!(app.get(spelled, &member).await.refusal(), (404, 40000002), "{spelled}");
    }
}
