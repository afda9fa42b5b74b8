//! `GET /docs`, a page to browse the API, and `GET /openapi.json`, the document that it is made from.
//!
//! The page is one file: it loads nothing, and its content policy allows its own style and script alone, by their
//! hashes. Everything in it is text already; the script only searches, and copies examples.

mod example;
mod html;
mod operation;
mod page;
mod schema;

use crate::cors::ANY_PAGE;
use crate::openapi;
use authms_crypto::sha256;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::sync::{Arc, OnceLock};

/// The two routes. Examples call `issuer`.
pub fn routes(issuer: &str) -> Router {
    let (issuer, page, document) = (issuer.to_owned(), Lazy::default(), Lazy::default());
    let show_page = async move |headers: HeaderMap| {
        page.get_or_init(|| Asset::new("text/html; charset=utf-8", page::html(&issuer)))
            .answer(&headers, &policy())
    };
    let show_document = async move |headers: HeaderMap| {
        let made = document.get_or_init(|| Asset::new("application/json", openapi::openapi_json()));
        made.answer(&headers, &ANY_PAGE)
    };
    Router::new().route("/docs", get(show_page)).route("/openapi.json", get(show_document))
}

/// Made when it is first asked for: most processes are never asked.
type Lazy = Arc<OnceLock<Asset>>;

struct Asset {
    content_type: &'static str,
    etag: String,
    bytes: Bytes,
}

impl Asset {
    fn new(content_type: &'static str, text: String) -> Self {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&sha256(text.as_bytes())[..12]));
        Self { content_type, etag, bytes: text.into() }
    }

    /// The whole of it, or that it has not changed (RFC 9110 §13.1.2).
    fn answer(&self, asked: &HeaderMap, more: &[(HeaderName, HeaderValue)]) -> Response {
        let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let is_known = known
            .flat_map(|value| value.split(','))
            .any(|tag| matches!(tag.trim().trim_start_matches("W/"), tag if tag == "*" || tag == self.etag));
        let mut answer = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.content_type)], self.bytes.clone()).into_response()
        };
        let headers = answer.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
        headers.extend(more.iter().cloned());
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        answer
    }
}

/// What the page may do: be styled and run by what is in it.
fn policy() -> [(HeaderName, HeaderValue); 1] {
    let hash = |text: &str| STANDARD.encode(sha256(text.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        hash(page::STYLE),
        hash(page::SCRIPT)
    );
    let strictest = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    [(CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).unwrap_or(strictest))]
}
