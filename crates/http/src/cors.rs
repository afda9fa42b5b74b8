//! CORS (the Fetch standard): pages of the origins that clients allow may read answers in a browser.
//!
//! Whoever calls says who they are by a bearer token or by what is in the body, never by a cookie, so nothing here
//! protects a user: an origin that is not allowed has its page refused by the browser, not the request by us. What a
//! token names is held to: a page reads an answer to a tenant's token only if a client of that tenant allows it. Before
//! sign-in there is no tenant to go by, so there any active client will do.

use crate::base_path;
use crate::context::Context;
use crate::frame::Frame;
use crate::openapi;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN,
    VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;

/// For answers that are public and the same for everybody: any page may read them.
pub const ANY_PAGE: [(HeaderName, HeaderValue); 1] =
    [(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];

/// The routes that pages call. Administration and health are not among them.
const SCOPES: [&str; 4] = ["/auth/", "/mfa/", "/devices", "/trusted-devices"];
/// Longer than any origin that can be registered.
const MAX: usize = 300;
/// The request headers that our routes read.
const ASKED: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, traceparent, x-device-token, x-request-id, x-step-up-token, \
     x-tenant-id",
);
/// The answer headers that a page may read.
const TOLD: HeaderValue = HeaderValue::from_static("ratelimit, ratelimit-policy, retry-after, x-request-id");
/// How long a browser need not ask again, in seconds; each answer is checked anew all the same.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The page behind a request.
pub struct Page {
    /// `None` for an origin that nobody can have registered.
    origin: Option<HeaderValue>,
}

impl Page {
    /// The page that `request` says it comes from, if it is for a route that pages call.
    pub fn behind(request: &Request) -> Option<Self> {
        let mut origins = request.headers().get_all(ORIGIN).iter();
        let origin = origins.next()?;
        let in_scope = is_in_scope(base_path::canonical(request.uri().path())?);
        let fits = origins.next().is_none() && origin.len() <= MAX && origin != "null";
        in_scope.then(|| Self { origin: fits.then(|| origin.clone()) })
    }

    /// The answer with what the page's browser must know.
    pub async fn told(self, mut response: Response, frame: &Frame, context: &Context) -> Response {
        response.headers_mut().append(VARY, HeaderValue::from_static("origin"));
        let preflight = response.extensions_mut().remove::<Preflight>();
        let Some(origin) = self.origin else { return response };
        if !is_allowed(&origin, frame, context).await {
            return response;
        }
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        match preflight {
            Some(Preflight(method)) => {
                headers.insert(ACCESS_CONTROL_ALLOW_METHODS, method);
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ASKED);
                headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
            }
            None => {
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, TOLD);
            }
        }
        response
    }
}

/// The method that a browser asked about, and that the route has.
#[derive(Clone)]
struct Preflight(HeaderValue);

/// The answer to a browser that asks before it sends a page's request; `None` for any other request.
pub fn preflight(request: &Request, route: &str) -> Option<Response> {
    if request.method() != Method::OPTIONS || !request.headers().contains_key(ORIGIN) || !is_in_scope(route) {
        return None;
    }
    let method = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD)?;
    let is_ours = openapi::routes().iter().any(|known| known.path == route && method == known.method);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if is_ours {
        response.extensions_mut().insert(Preflight(method.clone()));
    }
    Some(response)
}

fn is_in_scope(route: &str) -> bool {
    SCOPES.iter().any(|scope| route.starts_with(scope))
}

/// Fails closed: while the store does not answer, no page may read.
async fn is_allowed(origin: &HeaderValue, frame: &Frame, context: &Context) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let asked = frame.store().allows_origin(origin.to_owned(), context.tenant.get().copied());
    asked.await.unwrap_or(false)
}
