//! The frame around every route: what happens to each request before its handler and to each answer after it.

use crate::base_path;
use crate::context::Context;
use crate::cors;
use crate::error::ApiError;
use crate::gate::Gate;
use crate::turned_away::TurnedAway;
use crate::{limits, panic, shed};
use authms_core::limits::Quotas;
use authms_core::parts::Parts;
use authms_core::ports::{Clock, Rng, Store};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use ipnet::IpNet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::Service;
use tracing::Instrument;

/// Of this host alone: what its subdomains speak is not ours to say.
const ONE_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The operator's decisions about HTTP.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Proxies whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Networks without the per-address limits.
    pub exempt: Vec<IpNet>,
    /// How many requests are open at once, also those whose body is on its way; more are turned away.
    pub max_in_flight: usize,
    /// How many of them are worked on at once; the others wait for a moment.
    pub max_at_work: usize,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
    /// Whether the API can be browsed at `/docs`.
    pub docs: bool,
    /// Whether answers tell browsers to come back over TLS alone (RFC 6797).
    pub hsts: bool,
}

/// What the frame works with; cheap to clone.
#[derive(Clone)]
pub struct Frame(Arc<Inner>);

struct Inner {
    settings: Settings,
    quotas: Quotas,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
    in_flight: Semaphore,
    gate: Gate,
    at_bulk: Semaphore,
    turned_away: TurnedAway,
}

impl Frame {
    /// The frame over these parts.
    pub fn new(parts: &Parts, settings: Settings) -> Self {
        let Parts { store, clock, rng, policy, .. } = parts;
        Self::with(settings, policy.quotas, store.clone(), clock.clone(), rng.clone())
    }

    /// The frame over exactly what it needs.
    pub fn with(
        settings: Settings,
        quotas: Quotas,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        let in_flight = Semaphore::new(settings.max_in_flight.min(Semaphore::MAX_PERMITS));
        Self(Arc::new(Inner {
            in_flight,
            gate: Gate::new(settings.max_at_work),
            at_bulk: Semaphore::new(shed::AT_BULK),
            turned_away: TurnedAway::default(),
            settings,
            quotas,
            store,
            clock,
            rng,
        }))
    }

    /// The operator's decisions.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The traffic quotas.
    pub fn quotas(&self) -> &Quotas {
        &self.0.quotas
    }

    /// The way to the places at work.
    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// The places of requests about many things.
    pub(crate) fn at_bulk(&self) -> &Semaphore {
        &self.0.at_bulk
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    /// The time of day.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Randomness.
    pub fn rng(&self) -> &dyn Rng {
        &*self.0.rng
    }
}

/// The whole HTTP face as a service: give it to [`crate::serve()`], or call it directly in tests.
#[derive(Clone)]
pub struct App {
    frame: Frame,
    router: Router,
}

impl App {
    /// Puts the frame around a router of bare routes.
    pub fn new(frame: Frame, router: Router) -> Self {
        let guard = axum::middleware::from_fn_with_state(frame.clone(), limits::guard);
        Self { frame, router: router.layer(guard) }
    }

    /// Answers one request.
    pub async fn answer(&self, mut request: Request) -> Response {
        let context = Arc::new(Context::of(&request, &self.frame));
        request.extensions_mut().insert(context.clone());
        let page = cors::Page::behind(&request);
        let answered = self.admit(request).instrument(context.span.clone()).await;
        let response = answered.unwrap_or_else(ApiError::into_response);
        let response = context.span.in_scope(|| self.finish(response, &context));
        match page {
            Some(page) => page.told(response, &self.frame, &context).await,
            None => response,
        }
    }

    async fn admit(&self, mut request: Request) -> Result<Response, ApiError> {
        base_path::strip(request.uri_mut())?;
        let _place = shed::place(&self.frame.0.in_flight, &request)?;
        let handled = self.router.clone().call(request);
        let caught = async { panic::caught(handled).await.map(|Ok(response)| response) };
        shed::within(self.frame.settings().request_timeout, caught).await
    }

    /// Logs an error that is ours, with its cause.
    fn log(&self, error: &ApiError) {
        let (code, cause) = (error.code().number, error.cause());
        match error.code().status {
            503 if error.is_turned_away() => self.frame.0.turned_away.note(),
            503 => tracing::warn!(code, cause, "unavailable"),
            500.. => tracing::error!(code, cause, "failed"),
            _ => tracing::debug!(code, cause, "refused"),
        }
    }

    fn finish(&self, mut response: Response, context: &Context) -> Response {
        if let Some(error) = response.extensions_mut().remove::<ApiError>() {
            self.log(&error);
            context.note(error.budget());
            // The router has already counted the empty body of the head.
            response.headers_mut().remove(CONTENT_LENGTH);
            *response.body_mut() = error.body(self.frame.clock().now(), &context.request_id);
        }
        let headers = response.headers_mut();
        limits::tell(headers, &context.budgets());
        if let Ok(id) = HeaderValue::from_str(&context.request_id) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        secure(headers);
        if self.frame.settings().hsts {
            headers.insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR);
        }
        response
    }
}

impl<B> Service<axum::http::Request<B>> for App
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: axum::http::Request<B>) -> Self::Future {
        let app = self.clone();
        Box::pin(async move { Ok(app.answer(request.map(Body::new)).await) })
    }
}

/// Headers of every answer; a handler may have set its own `Cache-Control` or content policy.
fn secure(headers: &mut HeaderMap) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
