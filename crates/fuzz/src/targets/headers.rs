//! Request headers: what is taken from them has the form that those who use it rely on, and a repeated one is refused.

use crate::input::Input;
use authms_core::message::Language;
use authms_http::extract::{IdempotencyKey, TenantHeader, basic, bearer, request_id, traceparent};
use authms_testkit::rng::SeededRng;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A header a line.
pub fn run(data: &[u8]) {
    let headers = map(data);
    let lone = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };

    if let Ok(Some(token)) = bearer(&headers) {
        assert!(!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()), "{token:?}");
        assert!(lone("authorization").is_some_and(|value| value.ends_with(token) || value.ends_with(' ')));
    }
    if let Ok(Some(client)) = basic(&headers) {
        let sent = lone("authorization").and_then(|value| value.split_once(' ')).expect("one header").1;
        let pair = format!("{}:{}", client.id, client.secret.expose());
        assert_eq!(STANDARD.encode(&pair), sent.trim_matches(' '), "one spelling for one pair");
        assert!(!client.id.contains(':') && !pair.chars().any(char::is_control));
    }
    if headers.get_all(AUTHORIZATION).iter().count() > 1 {
        assert!(bearer(&headers).is_err() && basic(&headers).is_err(), "which of them counts?");
    }

    let id = request_id::of(&headers, &SeededRng::new(1));
    assert!((1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()), "{id:?}");
    if let Some(trace) = traceparent::trace_id(&headers) {
        assert!(trace.len() == 32 && trace.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    }
    if let TenantHeader(Some(Ok(tenant))) = TenantHeader::of(&headers) {
        assert_eq!(Some(tenant.to_string().as_str()), lone("x-tenant-id"), "one spelling for one tenant");
    }
    if let Some(languages) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) {
        let shouted = Language::accepted(&languages.to_ascii_uppercase());
        assert_eq!(Language::accepted(languages), shouted, "case tells nothing: {languages:?}");
    }
    match idempotency_key(&headers) {
        Some(IdempotencyKey(Some(key))) => {
            assert_eq!(lone("idempotency-key"), Some(key.expose()));
            assert!((1..=255).contains(&key.expose().len()));
        }
        Some(IdempotencyKey(None)) => assert!(!headers.contains_key("idempotency-key")),
        None => assert!(headers.contains_key("idempotency-key")),
    }
}

/// What a server that reads these lines would make of them.
pub fn map(lines: &[u8]) -> HeaderMap {
    let mut input = Input(lines);
    let mut headers = HeaderMap::new();
    while !input.0.is_empty() && headers.len() < 64 {
        let line = input.line();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

fn idempotency_key(headers: &HeaderMap) -> Option<IdempotencyKey> {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers = headers.clone();
    match pin!(IdempotencyKey::from_request_parts(&mut parts, &()))
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(read) => read.ok(),
        Poll::Pending => unreachable!("nothing to wait for"),
    }
}
