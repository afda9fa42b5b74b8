//! Overload: a bounded number of requests at once, each in bounded time; the rest is turned away at once.

use crate::error::ApiError;
use axum::extract::Request;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A place among the requests that are worked on. Health answers whatever the load.
///
/// # Errors
/// 503 if all places are taken.
pub fn place<'a>(
    in_flight: &'a Semaphore,
    request: &Request,
) -> Result<Option<SemaphorePermit<'a>>, ApiError> {
    if is_health(request.uri().path()) {
        return Ok(None);
    }
    in_flight.try_acquire().map(Some).map_err(|_| ApiError::unavailable("too many requests in flight"))
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
