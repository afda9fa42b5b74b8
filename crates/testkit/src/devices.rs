//! Devices of people in tests.

use crate::{Answer, Population, TestApp, TestRequest};
use authms_core::audit::{Event, EventName};
use authms_core::commit::{self, Commit};
use authms_core::device::{Change, Device, PREFIX};
use authms_core::id::{DeviceId, SessionId, UserId};
use authms_core::session::Origin;
use authms_core::signin::Fences;
use authms_crypto::{OpaqueToken, Secret};
use serde_json::{Value, json};

/// A device of somebody's, and the secret that it presents.
pub struct KnownDevice {
    /// Its identifier.
    pub id: DeviceId,
    /// What it sends in `X-Device-Token`.
    pub token: String,
}

impl Population<'_> {
    /// Gives a user a device, in a session of theirs that nobody has.
    pub async fn device(&self, user: UserId, trusted: bool) -> KnownDevice {
        let app = self.app();
        let session = self.sign_in(user).await.claims()["sid"].as_str().and_then(SessionId::parse);
        let session = session.expect("a session");
        let parts = &app.parts;
        let found = parts.store.session(session).await.expect("reads").expect("a session");
        let Fences { user: fence, tenant, membership, .. } = found.session.fences;
        let id = DeviceId::generate(parts.now(), &*parts.rng);
        let token =
            OpaqueToken { id: *id.bytes(), secret: Secret::new(authms_core::ports::random(&*parts.rng)) };
        let device = Device {
            id,
            tenant: self.tenant,
            user,
            secret_hash: token.hash(),
            name: "phone".to_owned(),
            fingerprint: Some("sha256:1".to_owned()),
            origin: Origin { ip: "192.0.2.1".parse().ok(), user_agent: Some("Mozilla/5.0".to_owned()) },
            fences: Fences { user: fence, tenant, membership, ..Fences::default() },
            trust: None,
            created_at: parts.now(),
            seen_at: parts.now(),
        };
        let event = Event::new(EventName::DeviceRegistered, Some(self.tenant)).subject(user).by_console();
        let put = Change::Put { device: Box::new(device), trusted, session };
        let commit =
            Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Device(put));
        parts.store.commit(commit).await.expect("registers a device");
        KnownDevice { id, token: token.format(PREFIX).expose().to_owned() }
    }
}

impl TestRequest {
    /// Presents a device's secret, unless it is empty.
    #[must_use]
    pub fn device(self, token: &str) -> Self {
        if token.is_empty() { self } else { self.header("x-device-token", token) }
    }
}

impl TestApp {
    /// Redeems a ticket with a device.
    pub async fn redeem_on(&self, device: &str, ticket: &str) -> Answer {
        self.signin(json!({ "ticket": ticket })).device(device).send().await
    }

    /// `POST /mfa/trusted-devices`
    pub async fn register_device(&self, access: &str, device: &str, more: Value) -> Answer {
        let mut body = json!({ "device_fingerprint": "sha256:1", "device_name": "phone" });
        for (member, value) in more.as_object().into_iter().flatten() {
            body[member] = value.clone();
        }
        self.request("POST", "/mfa/trusted-devices").bearer(access).device(device).json(body).send().await
    }
}
