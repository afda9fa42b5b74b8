//! What the log tells of overload: how many were turned away, once a second, and not a record for each.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Counts them.
#[derive(Default)]
pub(crate) struct TurnedAway(Mutex<Count>);

#[derive(Default)]
struct Count {
    requests: u64,
    told_at: Option<Instant>,
}

impl TurnedAway {
    /// Another one. The first is told of at once, those after it together.
    pub(crate) fn note(&self) {
        let mut count = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        count.requests += 1;
        let now = Instant::now();
        if count.told_at.is_none_or(|at| at + TOLD_EVERY <= now) {
            let Count { requests, .. } =
                std::mem::replace(&mut *count, Count { requests: 0, told_at: Some(now) });
            drop(count);
            tracing::warn!(requests, "overloaded: requests were turned away since this was last told");
        }
    }
}
