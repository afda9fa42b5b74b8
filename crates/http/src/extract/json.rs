//! JSON bodies.

use crate::codes;
use crate::error::ApiError;
use crate::wire::malformed;
use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The largest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The largest body about many things, in bytes.
pub const MAX_BULK_BODY: usize = 1024 * 1024;

/// A JSON object: read from a request within [`MAX_BODY`], or rendered as an answer. Unknown members are ignored;
/// what is wrong with a known one is answered with its name.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        parse(&body(request, MAX_BODY).await?).map(Self)
    }
}

/// Like [`Json`], for requests that are about many things, within [`MAX_BULK_BODY`].
#[derive(Clone, Copy, Debug)]
pub struct BulkJson<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for BulkJson<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        parse(&body(request, MAX_BULK_BODY).await?).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let mut response = Response::new(Body::from(body));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Err(error) => ApiError::internal(error).into_response(),
        }
    }
}

/// Like [`Json`], for routes whose every member is optional: no body at all is an object without members.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default, S: Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let typed = demand_json(request.headers());
        let body = read(request.into_body(), MAX_BODY).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        typed?;
        parse(&body).map(Self)
    }
}

/// The body of a request that says it is JSON, for a route with a limit of its own.
///
/// # Errors
/// [`codes::MEDIA_TYPE`], [`codes::TOO_LARGE`], or [`codes::MALFORMED`] if it was cut short.
pub async fn body(request: Request, max: usize) -> Result<Bytes, ApiError> {
    demand_json(request.headers())?;
    read(request.into_body(), max).await
}

fn demand_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let is_json = media_type(headers).is_some_and(|t| t.eq_ignore_ascii_case("application/json"));
    if is_json { Ok(()) } else { Err(codes::MEDIA_TYPE.into()) }
}

/// The one `Content-Type`, without its parameters, of a body that has no encoding.
pub(super) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let named = types.next()?.to_str().ok()?.split(';').next()?;
    let plain = !headers.contains_key(CONTENT_ENCODING) && types.next().is_none();
    plain.then_some(named.trim())
}

/// Reads the body, giving up at once if it says that it is too large, else as soon as it is.
pub(crate) async fn read(body: Body, max: usize) -> Result<Bytes, ApiError> {
    let too_large =
        || ApiError::from(codes::TOO_LARGE).saying(format!("the body is larger than {max} bytes"));
    if body.size_hint().lower() > max as u64 {
        return Err(too_large());
    }
    match Limited::new(body, max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(error) => Err(ApiError::malformed("body", "cut short").because(error)),
    }
}

/// Reads a JSON object.
///
/// # Errors
/// [`codes::MALFORMED`], naming the member.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, ApiError> {
    // A derived Deserialize would take an array for its members in order, too.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(ApiError::malformed("body", "not a JSON object"));
    }
    // All of it, also what is ignored: serde_json looks only at what it keeps.
    let text = std::str::from_utf8(body).map_err(|_| ApiError::malformed("body", "not UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|e| malformed::in_json(&e))?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(_) => Err(ApiError::malformed("body", "more than one JSON object")),
    }
}
