//! Redeeming tickets.

use authms_core::access::{Permission, Role};
use authms_testkit::{TestApp, Tokens};
use serde_json::json;

#[tokio::test]
async fn a_backend_mints_and_whoever_holds_the_ticket_signs_in_once() {
    let app = TestApp::start().await;
    let alice = app.user("alice", Role::Member).await;
    let key = app.api_key(&[Permission::TicketMint], Role::Member).await;

    let minted =
        app.post("/api/v1/auth/generate-ticket", &key, json!({ "user_id": alice.to_string() })).await;
    assert_eq!(minted.status, 200, "{}", minted.body);
    assert_eq!(minted.body["expires_in"], 300);
    let ticket = minted.body["ticket"].as_str().expect("a ticket").to_owned();

    let first = app.redeem(&ticket).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let again = app.redeem(&ticket).await;
    assert_eq!(again.refusal(), (400, 40000401));

    let tokens = Tokens::of(first);
    let me = app.get("/api/v1/auth/me", &tokens.access).await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!(me.body["data"]["id"], alice.to_string());
}
