//! Admission: a bounded number of requests is worked on at once, so that each of them is answered soon however many
//! arrive. The others wait for a place, briefly: a burst is worked off, but a queue that does not go away by itself is
//! kept short, or else everybody would wait for as long as it is (the idea of CoDel, RFC 8289).

use crate::error::ApiError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

/// A queue that is younger than this is a burst.
const BURST: Duration = Duration::from_millis(100);
/// How long a request waits for its place in a burst.
const IN_A_BURST: Duration = Duration::from_millis(15);
/// How long it waits where there is always a queue.
const IN_A_QUEUE: Duration = Duration::from_millis(5);

/// So many places at work.
pub(crate) struct Gate {
    places: Semaphore,
    /// How many there are, and so how many may wait where there is always a queue: whoever comes after those would wait in
    /// vain.
    count: usize,
    waiting: AtomicUsize,
    opened: Instant,
    /// When a place was last free for whoever came, in milliseconds since the gate was opened.
    calm_at: AtomicU64,
}

impl Gate {
    /// A gate to so many places.
    pub(crate) fn new(places: usize) -> Self {
        let count = places.clamp(1, Semaphore::MAX_PERMITS);
        let (places, waiting) = (Semaphore::new(count), AtomicUsize::new(0));
        Self { places, count, waiting, opened: Instant::now(), calm_at: AtomicU64::new(0) }
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
        let (patience, room) =
            if self.is_burst() { (IN_A_BURST, usize::MAX) } else { (IN_A_QUEUE, self.count) };
        let _waits = Waits::among(&self.waiting, room).ok_or_else(ApiError::turned_away)?;
        match timeout(patience, self.places.acquire()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(ApiError::turned_away()),
        }
    }

    fn is_burst(&self) -> bool {
        let queued = self.now().saturating_sub(self.calm_at.load(Ordering::Relaxed));
        Duration::from_millis(queued) < BURST
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// One of those who wait, until it is dropped.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    /// If fewer than so many wait.
    fn among(waiting: &'a AtomicUsize, room: usize) -> Option<Self> {
        let waits = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < room).then_some(waits)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{BURST, Gate};
    use std::task::{Context, Poll, Waker};
    use tokio::time::sleep;

    /// Of five who come together, those who are turned away without waiting.
    fn told_at_once(gate: &Gate) -> usize {
        let mut come: Vec<_> = (0..5).map(|_| Box::pin(gate.enter())).collect();
        let mut context = Context::from_waker(Waker::noop());
        let told = |poll: &Poll<_>| matches!(poll, Poll::Ready(Err(_)));
        come.iter_mut().map(|one| one.as_mut().poll(&mut context)).filter(told).count()
    }

    #[tokio::test]
    async fn all_wait_in_a_burst_and_in_a_queue_only_as_many_as_there_are_places() {
        let gate = Gate::new(2);
        let held = (gate.enter().await.expect("a place"), gate.enter().await.expect("another"));
        assert_eq!(told_at_once(&gate), 0);
        sleep(BURST).await;
        assert_eq!(told_at_once(&gate), 3);
        assert_eq!(told_at_once(&gate), 3, "whoever went away waits no more");
        drop(held);
        assert!(gate.enter().await.is_ok());
    }
}
