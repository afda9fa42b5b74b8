//! Which pages may read our answers: those that clients allow.

use authms_core::access::Role;
use authms_testkit::{Answer, ReadFault, TestApp};
use serde_json::{Value, json};

const CLIENTS: &str = "/admin/oauth/clients";
const APP: &str = "https://app.example.org";

/// A client that allows these origins; its path.
async fn client(app: &TestApp, bearer: &str, name: &str, origins: Value) -> String {
    let made = app.post(CLIENTS, bearer, json!({ "name": name, "allowed_origins": origins })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("{CLIENTS}/{}", made.body["data"]["client_id"].as_str().expect("an id"))
}

/// The origin that the answer lets read it.
fn reader(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_page_signs_in_by_ticket_and_reads_every_answer_even_the_refusals() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    client(&app, &admin, "App", json!([APP])).await;
    let alice = app.user("alice", Role::Member).await;

    let preflight = app.request("OPTIONS", "/api/v1/auth/ticket/signin").header("origin", APP);
    let preflight = preflight
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type,idempotency-key")
        .send()
        .await;
    assert_eq!((preflight.status, reader(&preflight)), (204, APP));
    assert_eq!(preflight.header("access-control-allow-methods"), "POST");

    let ask = json!({ "ticket": app.ticket(alice).await });
    let signed_in = app.signin(ask.clone()).header("origin", APP).send().await;
    assert_eq!((signed_in.status, reader(&signed_in)), (200, APP));
    let again = app.signin(ask).header("origin", APP).send().await;
    assert_eq!((again.refusal(), reader(&again)), ((400, 40000401), APP));
    let token = signed_in.body["access_token"].as_str().unwrap_or_default();
    let me = app.request("GET", "/auth/me").bearer(token).header("origin", APP).send().await;
    assert_eq!((me.status, reader(&me), me.header("vary")), (200, APP, "origin"));
    assert_eq!(me.header("access-control-allow-credentials"), "", "there are no cookies");
    let nobody = app.request("GET", "/auth/me").bearer("x").header("origin", APP).send().await;
    assert_eq!((nobody.status, reader(&nobody)), (401, APP));
}

#[tokio::test]
async fn an_origin_is_allowed_as_long_as_an_active_client_names_it() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let path = client(&app, &admin, "App", json!([APP])).await;
    let asked = async |origin: &str| {
        let answer = app.request("GET", "/auth/me").bearer(&admin).header("origin", origin).send().await;
        assert_eq!((answer.status, answer.header("vary")), (200, "origin"));
        reader(&answer).to_owned()
    };
    assert_eq!(asked(APP).await, APP);
    for other in ["null", "https://app.example.org:8443", "http://app.example.org", "https://evil.example"] {
        assert_eq!(asked(other).await, "", "{other}");
    }
    for (change, reads) in [
        (json!({ "status": "disabled" }), ""),
        (json!({ "status": "active" }), APP),
        (json!({ "name": "Shop" }), APP),
        (json!({ "allowed_origins": ["https://new.example"] }), ""),
        (json!({ "allowed_origins": [APP, "https://new.example"] }), APP),
    ] {
        let changed = app.put(&path, &admin, change.clone()).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        assert_eq!(asked(APP).await, reads, "{change}");
    }
    assert_eq!(
        app.get(&path, &admin).await.body["data"]["allowed_origins"],
        json!([APP, "https://new.example"])
    );
    assert_eq!(app.delete(&path, &admin).await.status, 204);
    assert_eq!(asked(APP).await, "");
}

#[tokio::test]
async fn a_tenants_answers_are_for_the_pages_of_its_own_clients() {
    let app = TestApp::start().await;
    let other = app.another_tenant("other").await;
    let (_, theirs) = other.signed_in("boss", Role::SuperAdmin).await;
    client(&app, &theirs, "Evil", json!(["https://evil.example"])).await;
    let ours = app.sign_in(app.admin).await.access;
    for (token, reads) in [(&ours, ""), (&theirs, "https://evil.example")] {
        let request = app.request("GET", "/auth/me").bearer(token).header("origin", "https://evil.example");
        let answer = request.send().await;
        assert_eq!((answer.status, reader(&answer)), (200, reads));
    }
}

#[tokio::test]
async fn null_and_whatever_no_browser_sends_cannot_be_registered() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    let path = client(&app, &admin, "App", json!([])).await;
    let many: Vec<_> = (0..21).map(|n| format!("https://a{n}.example")).collect();
    for origins in [
        json!(["null"]),
        json!(["*"]),
        json!(["https://*.example.org"]),
        json!(["https://app.example.org/"]),
        json!(["https://app.example.org/path"]),
        json!(["https://user@app.example.org"]),
        json!(["https://App.example.org"]),
        json!(["https://app.example.org:443"]),
        json!(["http://app.example.org"]),
        json!(["app.example.org"]),
        json!([""]),
        json!([APP, APP]),
        json!([APP, "null"]),
        json!(many),
    ] {
        let before = app.written();
        let body = json!({ "name": "New", "allowed_origins": origins });
        for request in [app.request("POST", CLIENTS), app.request("PUT", &path)] {
            let answer = request.bearer(&admin).json(body.clone()).send().await;
            assert_eq!(answer.refusal(), (400, 40000603), "{origins}: {}", answer.body);
            assert_eq!(answer.body["member"], "allowed_origins", "{}", answer.body);
        }
        assert_eq!(app.written(), before, "{origins}");
    }
}

#[tokio::test]
async fn while_the_store_is_down_no_page_may_read() {
    let app = TestApp::start().await;
    let admin = app.sign_in(app.admin).await.access;
    client(&app, &admin, "App", json!([APP])).await;
    app.faults.reads(Some(ReadFault::Down));
    let answer = app.request("GET", "/auth/me").bearer(&admin).header("origin", APP).send().await;
    assert_eq!((answer.status, reader(&answer)), (503, ""));
    app.faults.reads(None);
    let answer = app.request("GET", "/auth/me").bearer(&admin).header("origin", APP).send().await;
    assert_eq!((answer.status, reader(&answer)), (200, APP));
}

#[tokio::test]
async fn discovery_is_for_every_page() {
    let app = TestApp::start().await;
    for name in ["jwks.json", "openid-configuration", "oauth-authorization-server"] {
        let answer =
            app.request("GET", &format!("/.well-known/{name}")).header("origin", "https://any.example");
        let answer = answer.send().await;
        assert_eq!((answer.status, reader(&answer), answer.header("vary")), (200, "*", ""), "{name}");
    }
}
