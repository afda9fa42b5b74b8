//! What is known of a request before anything that it says is believed.

use crate::extract::{address, request_id, traceparent};
use crate::frame::Frame;
use crate::serve::Peer;
use authms_core::audit::Source;
use authms_core::id::TenantId;
use authms_core::limits::Budget;
use authms_core::message::Language;
use authms_crypto::SecretString;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, USER_AGENT};
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing::Span;

/// The longest `User-Agent` that is kept, in characters.
const MAX_USER_AGENT: usize = 256;

/// Where a device presents the secret that it was given.
const DEVICE_TOKEN: &str = "x-device-token";
const DEVICE_ID: &str = "x-device-id";

/// Longer than any such secret, in bytes.
const MAX_DEVICE_TOKEN: usize = 128;

/// One request's circumstances; in its extensions as `Arc<Context>`.
#[derive(Debug)]
pub struct Context {
    /// Where it came from, as the audit log tells it.
    pub source: Source,
    /// Its identifier, echoed in the answer.
    pub request_id: String,
    /// The log span that it is worked on in.
    pub span: Span,
    /// The tenant of whoever authenticated, for [`crate::cors`].
    pub tenant: OnceLock<TenantId>,
    budgets: Mutex<Vec<Budget>>,
}

impl Context {
    /// Reads the circumstances of `request`.
    pub fn of(request: &Request, frame: &Frame) -> Self {
        let headers = request.headers();
        let peer = request.extensions().get::<Peer>().map(|p| p.0.ip());
        let request_id = request_id::of(headers, frame.rng());
        let span = tracing::info_span!(
            "request",
            request_id = request_id.as_str(),
            trace_id = traceparent::trace_id(headers),
            method = request.method().as_str(),
            route = tracing::field::Empty,
        );
        let source = Source {
            ip: peer.map(|peer| address::of_client(peer, headers, &frame.settings().trusted_proxies)),
            user_agent: user_agent(headers),
            request_id: Some(request_id.clone()),
            language: headers.get(ACCEPT_LANGUAGE).and_then(|h| Language::accepted(h.to_str().ok()?)),
            device_token: device_token(headers),
            device_claim: device_claim(headers),
        };
        Self { source, request_id, span, tenant: OnceLock::new(), budgets: Mutex::default() }
    }

    /// Has the answer tell of these budgets in `RateLimit`; of two of a kind, the later one.
    pub fn note(&self, budgets: impl IntoIterator<Item = Budget>) {
        let mut noted = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        for budget in budgets {
            noted.retain(|b| b.kind != budget.kind);
            noted.push(budget);
        }
    }

    /// The budgets that were noted.
    pub fn budgets(&self) -> Vec<Budget> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The secret that the device presents. What cannot be one is as good as none.
fn device_token(headers: &HeaderMap) -> Option<SecretString> {
    let mut values = headers.get_all(DEVICE_TOKEN).iter();
    let value = values.next().filter(|v| v.len() <= MAX_DEVICE_TOKEN)?;
    let text = value.to_str().ok().filter(|_| values.next().is_none())?;
    Some(SecretString::new(text.to_owned()))
}

/// What the device calls itself; of what cannot be a name there is none.
fn device_claim(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(DEVICE_ID)?.to_str().ok()?.trim();
    (!text.is_empty() && text.len() <= MAX_DEVICE_TOKEN).then(|| text.to_owned())
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(USER_AGENT)?.as_bytes());
    Some(text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect())
}
