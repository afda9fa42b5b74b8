//! Overload: a bounded number of requests at once, each in bounded time; the rest is turned away at once.

use crate::error::ApiError;
use crate::extract::{MAX_BODY, json};
use crate::frame::Frame;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Routes whose bodies may be larger than [`MAX_BODY`].
pub(crate) const BULK: &[&str] =
    &["/auth/generate-ticket/batch", "/admin/users/batch", "/admin/users/batch/status"];

/// How many requests may be at such routes at once. They hold no place at work, since they hold theirs for as long as
/// their body takes to arrive.
pub(crate) const AT_BULK: usize = 64;

/// A place among the requests that are open. Health answers whatever the load.
///
/// # Errors
/// 503 if all places are taken.
pub fn place<'a>(
    in_flight: &'a Semaphore,
    request: &Request,
) -> Result<Option<SemaphorePermit<'a>>, ApiError> {
    if is_health(request.uri().path()) { Ok(None) } else { one_of(in_flight).map(Some) }
}

/// A place at work, taken once the body is here: whoever sends theirs slowly keeps nobody else out.
///
/// # Errors
/// 503 if none is free in time, and what is wrong with a body that is cut short or too large.
pub(crate) async fn at_work<'a>(
    frame: &'a Frame,
    request: Request,
    route: &str,
) -> Result<(Request, Option<SemaphorePermit<'a>>), ApiError> {
    // What is nowhere is told so without work.
    if is_health(route) || route.is_empty() {
        return Ok((request, None));
    }
    if BULK.contains(&route) {
        let place = one_of(frame.at_bulk())?;
        return Ok((request, Some(place)));
    }
    let request = gathered(request).await?;
    let place = frame.gate().enter().await?;
    Ok((request, Some(place)))
}

fn one_of(places: &Semaphore) -> Result<SemaphorePermit<'_>, ApiError> {
    places.try_acquire().map_err(|_| ApiError::turned_away())
}

/// The request with all of its body. One that says that it is too large is left to be refused by whoever wants to read it.
async fn gathered(request: Request) -> Result<Request, ApiError> {
    if request.body().is_end_stream() || request.body().size_hint().lower() > MAX_BODY as u64 {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    let body = json::read(body, MAX_BODY).await?;
    Ok(Request::from_parts(head, Body::from(body)))
}

/// Waits for an answer so long. What a request had committed by then stays committed: 503 claims neither.
///
/// # Errors
/// 503 after that time.
pub async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answered) => answered,
        Err(_) => Err(ApiError::unavailable("the request took too long")),
    }
}

/// Whether this bare route tells of our health.
pub fn is_health(route: &str) -> bool {
    route.strip_prefix("/health").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
