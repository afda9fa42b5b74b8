//! Requests of a test, written like a transcript.

use authms_http::{App, Peer};
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// A request to be filled in.
pub struct TestRequest {
    app: App,
    method: String,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
    peer: IpAddr,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: JSON, or a string if it is none, or null if it is empty.
    pub body: Value,
    /// The body as it was sent.
    pub bytes: Vec<u8>,
}

impl TestRequest {
    pub(crate) fn new(app: App, method: &str, path: &str) -> Self {
        Self {
            app,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            peer: IpAddr::from([127, 0, 0, 1]),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.headers.append(name, HeaderValue::try_from(value).expect("a header value"));
        self
    }

    /// Adds a bearer token, unless it is empty.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        if token.is_empty() { self } else { self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}")) }
    }

    /// Authenticates a client.
    #[must_use]
    pub fn basic(self, id: &str, secret: &str) -> Self {
        let encoded = STANDARD.encode(format!("{id}:{secret}"));
        self.header(AUTHORIZATION.as_str(), &format!("Basic {encoded}"))
    }

    /// Sends this JSON.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        let body = body.to_string().into_bytes();
        self.bytes("application/json", body)
    }

    /// Sends these bytes.
    #[must_use]
    pub fn bytes(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Comes from this address.
    #[must_use]
    pub fn from(mut self, peer: &str) -> Self {
        self.peer = peer.parse().expect("an address");
        self
    }

    /// Sends it, and reads the answer to its end; of one that has no end nothing but its head.
    pub async fn send(self) -> Answer {
        let response = self.open().await;
        let (head, body) = response.into_parts();
        let is_endless = head.headers.get(CONTENT_TYPE).is_some_and(|of| of == "text/event-stream");
        let body = if is_endless { Body::empty() } else { body };
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = if is_endless {
            Value::String(String::new())
        } else if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        };
        Answer { status: head.status.as_u16(), headers: head.headers, body, bytes: bytes.to_vec() }
    }

    /// Sends it; the answer's body comes as it comes.
    pub async fn open(self) -> Response {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(self.path.as_str())
            .body(Body::from(self.body))
            .expect("a request");
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(Peer(SocketAddr::new(self.peer, 40_000)));
        self.app.answer(request).await
    }
}

impl Answer {
    /// The error code of the body, 0 if there is none.
    pub fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap_or(0)
    }

    /// The status and the code, to be compared together.
    pub fn refusal(&self) -> (u16, u64) {
        (self.status, self.code())
    }

    /// A header as text, empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}
