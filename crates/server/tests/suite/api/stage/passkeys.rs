//! Passkeys for the requests that are about one.

use super::PASSWORD;
use authms_core::id::{FactorId, UserId};
use authms_crypto::Algorithm;
use authms_testkit::{ISSUER, Population, SoftPasskey, TestApp};
use serde_json::{Value, json};

/// A passkey, and what a browser brings back from it.
pub struct Passkey {
    pub id: String,
    pub credential: Value,
}

impl Passkey {
    /// What a request at this route needs of the caller's passkeys, or of the target's.
    pub async fn new(
        app: &TestApp,
        home: &Population<'_>,
        (target, bearer): (UserId, &str),
        path: &str,
    ) -> Self {
        let nobodys = FactorId::from_bytes([0; 16]).to_string();
        let about = |part: &str| path.contains(part);
        let mut none = Self { id: nobodys, credential: Value::Null };
        if about("/register/verify") || about("/register/complete") {
            none.credential = created(app, bearer).await;
        } else if about("webauthn/credentials") || about("webauthn-credentials") {
            if !options(app, bearer).await.is_null() {
                none.id = app.passkey(bearer, PASSWORD).await.name;
            }
        } else if about("/passkey-options") {
            app.passkey(&home.sign_in(target).await.access, PASSWORD).await;
        } else if about("/authenticate/complete") || about("/login/complete") {
            let passkey = app.passkey(&home.sign_in(target).await.access, PASSWORD).await;
            let ask = json!({ "tenant_id": home.tenant.to_string() });
            none.credential = passkey.get(&app.request_options(ask).await);
        }
        // As the contract spells it.
        if let Some(raw_id) = none.credential.as_object_mut().and_then(|c| c.remove("rawId")) {
            none.credential["raw_id"] = raw_id;
        }
        none
    }
}

/// A new credential for the caller; for who may have none, one that nobody asked for.
async fn created(app: &TestApp, bearer: &str) -> Value {
    let options = match options(app, bearer).await {
        Value::Null => {
            json!({ "rp": { "id": "id.example.test" }, "user": { "id": "AA" }, "challenge": "AA" })
        }
        options => options,
    };
    SoftPasskey::new(Algorithm::EdDsa, ISSUER).create(&options)
}

async fn options(app: &TestApp, bearer: &str) -> Value {
    let begin = "/mfa/webauthn/credentials/register";
    app.post(begin, bearer, json!({ "password": PASSWORD })).await.body["data"]["publicKey"].clone()
}
