//! Every base path of the contract leads to the one sign-in; nothing that two readers could take for two does.

use authms_core::access::Role;
use authms_core::time::Span;
use authms_testkit::{Setup, TestApp};
use serde_json::json;

const NAMES: [&str; 5] = ["identity", "mfa", "session", "oauth", "audit"];

fn bases() -> Vec<String> {
    let mut bases = vec![String::new(), "/api/v1".to_owned()];
    for name in NAMES {
        bases.push(format!("/{name}/api/v1"));
        bases.push(format!("/bff/{name}/api/v1"));
        bases.push(format!("/bff/{name}-service/api/v1"));
    }
    bases
}

#[tokio::test]
async fn every_base_path_reaches_the_ticket_sign_in() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    assert_eq!(bases().len(), 17);
    for base in bases() {
        let body = json!({ "ticket": app.ticket(alice).await });
        let path = format!("{base}/auth/ticket/signin");
        let answer = app.request("POST", &path).json(body.clone()).send().await;
        assert_eq!(answer.status, 200, "{path}");
        let again = app.request("POST", &format!("{path}?utm_source=x")).json(body).send().await;
        assert_eq!(again.refusal(), (400, 40000401), "{path}");
    }
}

#[tokio::test]
async fn ambiguous_spellings_are_404_and_leave_the_ticket_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let ticket = app.ticket(alice).await;
    let before = app.faults.counts();
    for path in [
        "/api/v1/api/v1/auth/ticket/signin",
        "/identity/api/v1/api/v1/auth/ticket/signin",
        "/api/v1/identity/api/v1/auth/ticket/signin",
        "/bff/bff/identity/api/v1/auth/ticket/signin",
        "/bff/identity/api/v1/mfa/api/v1/auth/ticket/signin",
        "/identity/api/v1",
        "/api/v1/",
        "/api%2Fv1/auth/ticket/signin",
        "/auth%2Fticket%2Fsignin",
        "/auth/ticket%2fsignin",
        "/auth/ticket/%73ignin",
        "/auth/ticket/signin%00",
        "/auth/./ticket/signin",
        "/auth/x/../ticket/signin",
        "/api/v1/../v1/auth/ticket/signin",
        "/auth//ticket/signin",
        "//auth/ticket/signin",
        "/api/v1//auth/ticket/signin",
        "/auth/ticket/signin/",
        "/auth/ticket/signin/.",
        "/auth/ticket\\signin",
        "/Auth/Ticket/Signin",
        "/API/v1/auth/ticket/signin",
        "/api/v2/auth/ticket/signin",
        "/api/v1x/auth/ticket/signin",
        "/bff/api/v1/auth/ticket/signin",
        "/bff/identity_service/api/v1/auth/ticket/signin",
        "/identity-service/api/v1/auth/ticket/signin",
        "/identity/auth/ticket/signin",
    ] {
        let answer = app.request("POST", path).json(json!({ "ticket": ticket })).send().await;
        assert_eq!(answer.refusal(), (404, 40000002), "{path}");
    }
    assert_eq!(app.faults.counts(), before, "the store was not asked");
    assert_eq!(app.redeem(&ticket).await.status, 200);
}

#[tokio::test]
async fn limits_see_one_route_however_it_is_spelled() {
    let mut setup = Setup::default();
    setup.policy.quotas.sign_in.requests = 3;
    setup.policy.quotas.sign_in.window = Span::seconds(60);
    let app = TestApp::with(setup).await;
    let bases = bases();
    for (i, base) in bases.iter().enumerate() {
        let request =
            app.request("POST", &format!("{base}/auth/ticket/signin")).json(json!({ "ticket": "x" }));
        let answer = request.send().await;
        let expected = if i < 3 { (400, 40000401) } else { (429, 40000006) };
        assert_eq!(answer.refusal(), expected, "{base}");
        assert!(answer.header("ratelimit-policy").contains("\"address_sign_in\";q=3;w=60"), "{base}");
    }
    let elsewhere = app.signin(json!({ "ticket": "x" })).from("203.0.113.9").send().await;
    assert_eq!(elsewhere.refusal(), (400, 40000401), "another address has its own budget");
}

#[tokio::test]
async fn authorization_sees_one_route_however_it_is_spelled() {
    let app = TestApp::start().await;
    let alice = app.sign_in(app.user("alice", Role::Member).await).await;
    for base in bases() {
        let users = format!("{base}/admin/users");
        assert_eq!(app.get(&users, "").await.status, 401, "{base}");
        assert_eq!(app.get(&users, &alice.access).await.refusal(), (403, 40000010), "{base}");
        assert_eq!(app.get(&format!("{base}/auth/me"), &alice.access).await.status, 200, "{base}");
    }
}
