//! Our verifier against a browser and an authenticator that others wrote, after WebAuthn Level 3 and CTAP 2.0.

use super::stage::PASSWORD;
use async_trait::async_trait;
use authms_core::access::Role;
use authms_testkit::{ISSUER, TestApp, Tokens};
use passkey_authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod};
use passkey_client::{Client, DefaultClientData, Origin};
use passkey_types::Passkey;
use passkey_types::ctap2::{Aaguid, Ctap2Error};
use serde_json::{Value, json};
use std::borrow::Cow;

const REFUSED: (u16, u64) = (400, 40001401);

/// Whoever holds the authenticator: there, and with the right PIN.
struct Holder;

#[async_trait]
impl UserValidationMethod for Holder {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck { presence, verification })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

/// A browser at our page, with an authenticator that holds one passkey.
#[derive(Clone, Default)]
struct Browser(Option<Passkey>);

impl Browser {
    /// `navigator.credentials.create()`
    async fn create(&mut self, options: &Value) -> Value {
        let mut authenticator = Authenticator::new(Aaguid::new_empty(), self.0.take(), Holder);
        authenticator.set_make_credentials_with_signature_counter(true);
        let mut client = Client::new(authenticator);
        let request = serde_json::from_value(json!({ "publicKey": options })).expect("creation options");
        let made = client.register(page(), request, DefaultClientData).await.expect("a credential");
        self.0.clone_from(client.authenticator().store());
        serde_json::to_value(made).expect("JSON")
    }

    /// `navigator.credentials.get()`
    async fn get(&mut self, options: &Value) -> Value {
        let mut client = Client::new(Authenticator::new(Aaguid::new_empty(), self.0.take(), Holder));
        let request = serde_json::from_value(json!({ "publicKey": options })).expect("request options");
        let signed = client.authenticate(page(), request, DefaultClientData).await.expect("an assertion");
        self.0.clone_from(client.authenticator().store());
        serde_json::to_value(signed).expect("JSON")
    }
}

fn page() -> Origin<'static> {
    Origin::Web(Cow::Owned(ISSUER.parse().expect("a URL")))
}

/// Ada, who has registered the passkey of a browser.
async fn ada(app: &TestApp) -> Browser {
    app.home().user_with_password("ada", Role::Member, PASSWORD).await;
    let tokens = Tokens::of(app.login("ada", PASSWORD).await);
    let mut browser = Browser::default();
    let options = app.creation_options(&tokens.access, PASSWORD).await;
    let made = browser.create(&options).await;
    let answer = app.post("/mfa/webauthn/credentials/register/verify", &tokens.access, made).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser
}

#[tokio::test]
async fn a_passkey_of_another_implementation_signs_in_without_a_name_and_with_one() {
    let app = TestApp::start().await;
    let mut browser = ada(&app).await;
    for ask in [json!({}), json!({ "email": "ada" }), json!({})] {
        let signed = browser.get(&app.request_options(ask.clone()).await).await;
        let answer = app.sign_in_with(signed.clone()).await;
        assert_eq!(answer.status, 200, "{ask}: {}", answer.body);
        let access = answer.body["data"]["access_token"].as_str().expect("a token");
        assert_eq!(authms_testkit::jwt::claims(access)["amr"], json!(["swk", "user", "mfa"]));
        assert_eq!(app.sign_in_with(signed).await.refusal(), REFUSED, "once");
    }
    assert_eq!(app.count("SELECT counter FROM passkeys"), 3, "it counts");
}

#[tokio::test]
async fn a_passkey_of_another_implementation_is_a_second_factor() {
    let app = TestApp::start().await;
    let mut browser = ada(&app).await;
    app.home().always_asks().await;
    let challenge = TestApp::challenge_of(&app.login("ada", PASSWORD).await);
    let asked = app.post("/auth/mfa/passkey-options", "", json!({ "challenge_token": challenge })).await;
    let signed = browser.get(&asked.body["data"]["publicKey"]).await;
    let body = json!({ "challenge_token": challenge, "mfa_method": "passkey", "credential": signed });
    let done = app.verify_with(body).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(Tokens::of(done).claims()["amr"], json!(["pwd", "hwk", "mfa"]));
}

#[tokio::test]
async fn what_another_implementation_signed_is_refused_once_a_bit_is_changed_or_it_is_copied() {
    let app = TestApp::start().await;
    let mut browser = ada(&app).await;
    let mut copy = browser.clone();
    for member in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
        let mut signed = browser.get(&app.request_options(json!({})).await).await;
        let text = signed["response"][member].as_str().expect("a text").to_owned();
        let (place, other) =
            (text.len() / 2, if text.as_bytes()[text.len() / 2] == b'A' { "B" } else { "A" });
        let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        signed["response"][member] = json!(changed);
        assert_eq!(app.sign_in_with(signed).await.refusal(), REFUSED, "{member}");
    }
    let signed = browser.get(&app.request_options(json!({})).await).await;
    assert_eq!(app.sign_in_with(signed).await.status, 200);
    // Whoever copied the key earlier has not counted along.
    let signed = copy.get(&app.request_options(json!({})).await).await;
    assert_eq!(app.sign_in_with(signed).await.refusal(), REFUSED);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE name = 'passkey.copied'"), 1);
}
