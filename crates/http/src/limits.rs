//! Per-address limits, and how answers tell of limits (draft-ietf-httpapi-ratelimit-headers).

use crate::context::Context;
use crate::cors;
use crate::error::ApiError;
use crate::frame::Frame;
use crate::shed::{self, is_health};
use authms_core::limits::{Budget, LimitKind, Take, Throttled, network_key};
use authms_core::time::Span;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Routes at which secrets could be guessed, or at which we guess; they have a budget of their own besides.
const SIGN_IN: &[&str] = &[
    "/auth/login",
    "/auth/mfa/verify-challenge",
    "/auth/mfa/passkey-options",
    "/auth/mfa/send-code",
    "/auth/webauthn/authenticate/begin",
    "/auth/webauthn/authenticate/complete",
    "/auth/webauthn/login/begin",
    "/auth/webauthn/login/complete",
    "/auth/ticket/signin",
    "/auth/ticket/peek",
    "/auth/ticket/report",
    "/auth/refresh",
    "/auth/register",
    "/auth/forgot-password",
    "/auth/verify-reset-code",
    "/auth/reset-password",
    "/public/password-strength",
    "/auth/me/password-strength",
    "/auth/send-login-code",
    "/auth/login/email-code",
];

/// Charges the address before any of the body is read. Then the request gets a place at work and is let through, is
/// answered if it is a browser's preflight, or is turned away. Runs after routing.
pub async fn guard(State(frame): State<Frame>, request: Request, next: Next) -> Response {
    let Some(context) = request.extensions().get::<Arc<Context>>().cloned() else {
        return ApiError::internal("a request without its context").into_response();
    };
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("", MatchedPath::as_str);
    context.span.record("route", route);
    if let Err(refused) = charge(&frame, &context, route).await {
        return refused.into_response();
    }
    match shed::at_work(&frame, request, route).await {
        Ok((request, _place)) => match cors::preflight(&request, route) {
            Some(answer) => answer,
            None => next.run(request).await,
        },
        Err(refused) => refused.into_response(),
    }
}

async fn charge(frame: &Frame, context: &Context, route: &str) -> Result<(), ApiError> {
    // Without a known address all share one budget: that cannot be used to escape.
    let ip = context.source.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    if is_health(route) || frame.settings().exempt.iter().any(|net| net.contains(&ip)) {
        return Ok(());
    }
    let budgets = frame.store().take(&takes(frame, ip, route)).await?;
    let refused = budgets.iter().find(|b| !b.allowed).copied();
    context.note(budgets);
    match refused {
        Some(budget) => Err(Throttled(budget).into()),
        None => Ok(()),
    }
}

fn takes(frame: &Frame, ip: IpAddr, route: &str) -> Vec<Take> {
    let kinds = if SIGN_IN.contains(&route) {
        &[LimitKind::Address, LimitKind::SignIn][..]
    } else {
        &[LimitKind::Address]
    };
    let take = |kind: &LimitKind| Take {
        kind: *kind,
        key: network_key(ip),
        quota: frame.quotas().of(*kind),
        cost: 1,
    };
    kinds.iter().map(take).collect()
}

/// Sets `RateLimit-Policy` and `RateLimit`, if any limit applied.
pub fn tell(headers: &mut HeaderMap, budgets: &[Budget]) {
    if budgets.is_empty() {
        return;
    }
    let (mut policy, mut left) = (String::with_capacity(64), String::with_capacity(64));
    for (i, budget) in budgets.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        let (name, q, w) = (budget.kind.as_str(), budget.quota.requests, seconds(budget.quota.window));
        let (r, t) = (budget.remaining, seconds(budget.reset));
        // Writing to a String does not fail.
        let _ = write!(policy, "{comma}\"{name}\";q={q};w={w}");
        let _ = write!(left, "{comma}\"{name}\";r={r};t={t}");
    }
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

/// Whole seconds, rounded up: nobody is told to come back too early.
pub fn seconds(span: Span) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(0).div_ceil(1000)
}
