//! What a client tells of the user behind it.

use authms_core::access::Role;
use authms_core::id::UserId;
use authms_core::mfa::MfaPolicy;
use authms_core::time::Span;
use authms_testkit::{Answer, TestApp, TestRequest, Tokens};
use serde_json::{Value, json};

const NOT_ALLOWED: (u16, u64) = (400, 40001102);

/// A client's identifier and secret.
type Client = (String, String);

async fn client(app: &TestApp, name: &str, may: bool) -> Client {
    let root = app.sign_in(app.admin).await.access;
    let body = json!({ "name": name, "may_send_context": may });
    let made = app.post("/admin/oauth/clients", &root, body).await;
    assert_eq!((made.status, &made.body["data"]["may_send_context"]), (201, &json!(may)), "{}", made.body);
    let text = |member: &str| made.body["data"][member].as_str().expect("a text").to_owned();
    (text("client_id"), text("client_secret"))
}

fn redeem(app: &TestApp, client: &Client, ticket: &str, context: Value) -> TestRequest {
    app.signin(json!({ "ticket": ticket, "context": context })).basic(&client.0, &client.1)
}

async fn somebody(app: &TestApp) -> UserId {
    app.home().user("alice", Role::Member).await
}

/// The address and the user agent that the session of these tokens is shown with.
async fn origin(app: &TestApp, signed_in: Answer) -> (Value, Value) {
    assert_eq!(signed_in.status, 200, "{}", signed_in.body);
    let tokens = Tokens::of(signed_in);
    let list = app.get("/auth/me/sessions", &tokens.access).await;
    let items = list.body["data"]["items"].as_array().cloned().unwrap_or_default();
    let mine = items.into_iter().find(|item| item["current"] == json!(true)).expect("the session");
    (mine["ip"].clone(), mine["user_agent"].clone())
}

#[tokio::test]
async fn only_a_client_that_may_tells_of_its_user() {
    let app = TestApp::start().await;
    let alice = somebody(&app).await;
    let (may, may_not) = (client(&app, "may", true).await, client(&app, "may not", false).await);
    let ticket = app.ticket(alice).await;
    let context = json!({ "ip": "192.0.2.7" });
    let anonymous = app.signin(json!({ "ticket": ticket, "context": context.clone() })).send().await;
    assert_eq!(anonymous.refusal(), NOT_ALLOWED);
    for empty in [context.clone(), json!({})] {
        assert_eq!(redeem(&app, &may_not, &ticket, empty).send().await.refusal(), NOT_ALLOWED);
    }
    let peek = app.request("POST", "/auth/ticket/peek").json(json!({ "ticket": ticket, "context": {} }));
    assert_eq!(peek.send().await.refusal(), NOT_ALLOWED);
    let stolen = (may.0.clone(), may_not.1.clone());
    assert_eq!(redeem(&app, &stolen, &ticket, context.clone()).send().await.refusal(), (400, 40000401));
    let done = redeem(&app, &may, &ticket, context).send().await;
    assert_eq!(done.status, 200, "none of that cost the ticket: {}", done.body);
    // What it may, it may no longer at once.
    let root = app.sign_in(app.admin).await.access;
    let path = format!("/admin/oauth/clients/{}", may.0);
    assert_eq!(app.put(&path, &root, json!({ "may_send_context": false })).await.status, 200);
    let late = redeem(&app, &may, &app.ticket(alice).await, json!({})).send().await;
    assert_eq!(late.refusal(), NOT_ALLOWED);
}

#[tokio::test]
async fn the_session_comes_from_the_user_that_the_client_told_of() {
    let app = TestApp::start().await;
    let alice = somebody(&app).await;
    let may = client(&app, "may", true).await;
    let context = json!({ "ip": "::ffff:198.51.100.7", "user_agent": "Mozilla/5.0 (X11)" });
    let told = redeem(&app, &may, &app.ticket(alice).await, context).from("203.0.113.1").send().await;
    assert_eq!(origin(&app, told).await, (json!("198.51.100.7"), json!("Mozilla/5.0 (X11)")));
    let nothing = redeem(&app, &may, &app.ticket(alice).await, json!({})).from("203.0.113.1").send().await;
    assert_eq!(origin(&app, nothing).await, (Value::Null, Value::Null), "left out, it is unknown");
    let ticket = app.ticket(alice).await;
    let plain =
        app.signin(json!({ "ticket": ticket })).basic(&may.0, &may.1).from("203.0.113.1").send().await;
    assert_eq!(origin(&app, plain).await.0, json!("203.0.113.1"), "without a word it is the client's");
}

#[tokio::test]
async fn a_device_is_the_users_own_also_behind_a_client() {
    let app = TestApp::start().await;
    let alice = somebody(&app).await;
    let may = client(&app, "may", true).await;
    let phone = app.home().authenticator(alice).await;
    app.home().asks_for(MfaPolicy { medium: Default::default(), ..MfaPolicy::default() }).await;
    let (trusted, known) = (app.home().device(alice, true).await, app.home().device(alice, false).await);
    app.home().always_asks().await;
    let sign_in = async |token: &str| {
        let ticket = app.ticket(alice).await;
        redeem(&app, &may, &ticket, json!({ "device_token": token })).send().await
    };
    assert_eq!(sign_in(&trusted.token).await.body["requires_mfa"], json!(false));
    // The client's own header tells nothing of its user.
    let ticket = app.ticket(alice).await;
    let header = app.signin(json!({ "ticket": ticket })).basic(&may.0, &may.1).device(&trusted.token);
    assert_eq!(header.send().await.body["requires_mfa"], json!(true));
    let challenge = TestApp::challenge_of(&sign_in(&known.token).await);
    let verify = async |context: Value| {
        app.clock.advance(Span::seconds(30));
        let mut body = json!({ "challenge_token": challenge, "code": phone.code(&app) });
        if !context.is_null() {
            body["context"] = context;
        }
        app.request("POST", "/auth/mfa/verify-challenge").basic(&may.0, &may.1).json(body).send().await
    };
    for other in [Value::Null, json!({}), json!({ "device_token": trusted.token })] {
        assert_eq!(verify(other).await.refusal(), (403, 61000403));
    }
    assert_eq!(verify(json!({ "device_token": known.token })).await.status, 200);
}

#[tokio::test]
async fn what_is_told_meets_no_binding_and_a_binding_goes_beside_it() {
    let app = TestApp::start().await;
    let alice = somebody(&app).await;
    let may = client(&app, "may", true).await;
    let key = app.home().key(&[authms_core::access::Permission::TicketMint], Role::Member).await;
    let mint = async |bound: (&str, &str)| {
        let body = json!({ "user_id": alice.to_string(), bound.0: bound.1 });
        let minted = app.post("/auth/generate-ticket", key.raw.expose(), body).await;
        minted.body["ticket"].as_str().unwrap_or_else(|| panic!("{}", minted.body)).to_owned()
    };
    let refused = (400, 40000401);
    let ticket = mint(("ip", "192.0.2.7")).await;
    let told = redeem(&app, &may, &ticket, json!({ "ip": "192.0.2.7" })).from("203.0.113.1").send().await;
    assert_eq!(told.refusal(), refused, "the redeemer's address counts");
    let ticket = mint(("context", "kiosk-7")).await;
    let both = |binding: &str| json!({ "ip": "192.0.2.7", "binding": binding });
    assert_eq!(redeem(&app, &may, &ticket, json!({ "ip": "192.0.2.7" })).send().await.refusal(), refused);
    assert_eq!(redeem(&app, &may, &ticket, both("kiosk-8")).send().await.refusal(), refused);
    assert_eq!(redeem(&app, &may, &ticket, both("kiosk-7")).send().await.status, 200);
    let ticket = mint(("context", "kiosk-7")).await;
    assert_eq!(redeem(&app, &may, &ticket, json!("kiosk-7")).send().await.status, 200, "a text, as before");
    for wrong in [json!({ "ip": "somewhere" }), json!({ "ip": 7 }), json!(7), json!([])] {
        let answer = redeem(&app, &may, &ticket, wrong).send().await;
        assert_eq!((answer.refusal(), &answer.body["member"]), ((400, 40000001), &json!("context")));
    }
}
