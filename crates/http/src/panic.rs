//! A panic ends one request, not the process.

use crate::error::ApiError;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Runs `work`; a panic in it becomes an error whose cause goes to the log.
///
/// # Errors
/// 500 if it panicked.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, ApiError> {
    let mut work = pin!(work);
    std::future::poll_fn(move |cx| {
        // After a panic the work is never polled again, only dropped: nothing can see it half done.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(ApiError::internal(format_args!("panic: {}", told(&*payload))))),
        }
    })
    .await
}

fn told(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
