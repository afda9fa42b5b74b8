//! Admission: a bounded number of requests is worked on at once, so that each of them is answered soon however many
//! arrive. The others wait for a place, briefly: a burst is worked off, but a queue that does not go away by itself is
//! kept short, or else everybody would wait for as long as it is (the idea of CoDel, RFC 8289).

use crate::error::ApiError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// A queue that is younger than this is a burst.
const BURST: Duration = Duration::from_millis(100);
/// How long a request waits for its place in a burst.
const IN_A_BURST: Duration = Duration::from_millis(40);
/// How long it waits where there is always a queue.
const IN_A_QUEUE: Duration = Duration::from_millis(5);

/// So many places at work.
pub(crate) struct Gate {
    places: Semaphore,
    opened: Instant,
    /// When a place was last free for whoever came, in milliseconds since the gate was opened.
    calm_at: AtomicU64,
}

impl Gate {
    /// A gate to so many places.
    pub(crate) fn new(places: usize) -> Self {
        let places = Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS));
        Self { places, opened: Instant::now(), calm_at: AtomicU64::new(0) }
    }

    /// A place, held until it is dropped; whoever came first is let in first.
    ///
    /// # Errors
    /// 503 if none becomes free in time.
    pub(crate) async fn enter(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        // Places that become free go to those who wait: if one can be had at once, nobody does.
        if let Ok(place) = self.places.try_acquire() {
            self.calm_at.store(self.now(), Ordering::Relaxed);
            return Ok(place);
        }
        match timeout(self.patience(), self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(ApiError::turned_away()),
        }
    }

    fn patience(&self) -> Duration {
        let queued = self.now().saturating_sub(self.calm_at.load(Ordering::Relaxed));
        if Duration::from_millis(queued) < BURST { IN_A_BURST } else { IN_A_QUEUE }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
