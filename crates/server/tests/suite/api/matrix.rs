//! Who reaches which route.

use super::stage::{Cast, Who, challenge};
use crate::golden;
use authms_http::{RouteInfo, codes, routes};
use authms_testkit::{Answer, TestApp};
use std::fmt::Write;

const LEGEND: &str = "\
# Who reaches which route, with a request that is valid otherwise, about a member and things of the caller's tenant.
# 403: p: the permission is missing; r: the rank is too low; b: not on somebody's behalf; k: not with an API key.
# A mint key has the scope ticket:mint and the rank member; a full key has every scope and the rank super_admin.
";

#[tokio::test]
async fn authorization_matrix() {
    let app = TestApp::start().await;
    let mut table = LEGEND.to_owned();
    let _ = write!(table, "{:<60}", "#");
    for who in Who::ALL {
        let _ = write!(table, " {:<11}", who.name());
    }
    for route in routes() {
        table.truncate(table.trim_end().len());
        let _ = write!(table, "\n{:<57}", format!("{:<6} {}", route.method, route.path));
        for who in Who::ALL {
            let cast = Cast::new(&app, &app.home(), who, route).await;
            let _ = write!(table, " {:<11}", cell(&cast.send(route).await));
        }
    }
    table.truncate(table.trim_end().len());
    table.push('\n');
    golden::compare("crates/server/tests/suite/api/golden/matrix.txt", &table, "");
}

fn cell(answer: &Answer) -> String {
    assert!(answer.status < 500, "{}", answer.body);
    let why = match answer.code() {
        code if code == u64::from(codes::PERMISSION.number) => "p",
        code if code == u64::from(codes::RANK.number) => "r",
        code if code == u64::from(codes::TICKET_RANK.number) => "r",
        code if code == u64::from(codes::ON_BEHALF.number) => "b",
        code if code == u64::from(codes::PERSONS_ONLY.number) => "k",
        _ => "",
    };
    format!("{}{why}", answer.status)
}

/// What the document says of a route is what happens there.
#[tokio::test]
async fn the_document_names_who_may_call() {
    let app = TestApp::start().await;
    for route in routes() {
        let RouteInfo { method, path, security, .. } = route;
        let has = |scheme: &str| security.iter().any(|s| s == scheme);
        let anonymous = Cast::new(&app, &app.home(), Who::Anonymous, route).await.send(route).await;
        let protected = has("bearer") || has("api_key");
        // Logout takes a refresh token instead.
        let open = !protected || path == "/auth/logout";
        assert_eq!(
            anonymous.status == 401,
            !open || path == "/auth/logout",
            "{method} {path}: {anonymous:?}"
        );
        let key = Cast::new(&app, &app.home(), Who::FullKey, route).await.send(route).await;
        let takes_keys = has("api_key") || !protected;
        assert_eq!(
            key.code() != u64::from(codes::PERSONS_ONLY.number),
            takes_keys,
            "{method} {path}: {}",
            key.body
        );
    }
}

/// p11: only what we issued opens anything.
#[tokio::test]
async fn p11_what_is_no_access_token_opens_nothing() {
    let app = TestApp::start().await;
    let alice = app.home().user("alice", authms_core::access::Role::Member).await;
    let member = app.home().sign_in(alice).await;
    let (before_the_second_factor, _) = challenge(&app.home(), alice).await;
    let device = app.home().device(app.admin, true).await.token;
    let ticket = app.ticket(app.admin).await;
    let (head, signature) = member.access.rsplit_once('.').expect("a JWT");
    let garbage = [
        "x".to_owned(),
        "..".to_owned(),
        "ak_".to_owned(),
        format!("ak_{}", "0".repeat(70)),
        ticket,
        member.refresh.clone(),
        before_the_second_factor,
        device,
        format!("{head}."),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ1c3JfMSJ9.".to_owned(),
    ];
    for route in routes().iter().filter(|r| r.security.iter().any(|s| s == "bearer" || s == "api_key")) {
        let cast = Cast::new(&app, &app.home(), Who::Anonymous, route).await;
        let example = cast.expect(route);
        for token in &garbage {
            let answer = example.request(&app).bearer(token).send().await;
            let at = format!("{} {} with {token}: {}", route.method, route.path, answer.body);
            assert_eq!(answer.refusal(), (401, 40000009), "{at}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{at}");
        }
        for scheme in ["Basic YTpi", "Bearer", "Digest x", ""] {
            let answer = example.request(&app).header("authorization", scheme).send().await;
            assert_eq!(answer.status, 401, "{} {} with {scheme:?}", route.method, route.path);
        }
    }
}
