//! How long whoever joins the queue will wait, and whether that is too long.
//!
//! Many who come at once are worked off one after another; but where the queue never empties it is kept as short as
//! keeps the workers busy, or else everybody would wait for as long as it is.

use std::time::{Duration, Instant};

/// What a hash is believed to take before one was measured.
const GUESS: Duration = Duration::from_millis(15);

/// A queue that is younger than this came at once.
const BURST: Duration = Duration::from_millis(200);

/// What has been measured.
pub(super) struct Pace {
    /// How long a hash takes: of the last some eight, the later the more.
    hash: Duration,
    /// When a worker was last found waiting.
    calm_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { hash: GUESS, calm_at: now }
    }

    /// A hash took so long.
    pub(super) fn took(&mut self, time: Duration) {
        self.hash = (self.hash * 7 + time) / 8;
    }

    /// Whether there is no room for one more behind `waiting` others. One for each worker always may wait.
    pub(super) fn is_too_much(&mut self, load: Load, max_wait: Duration, now: Instant) -> bool {
        let Load { waiting, workers, idle } = load;
        if idle > waiting {
            self.calm_at = now;
            return false;
        }
        let came_at_once = now.saturating_duration_since(self.calm_at) < BURST;
        let ahead = u32::try_from(waiting + 1).unwrap_or(u32::MAX);
        let wait = self.hash.saturating_mul(ahead) / u32::try_from(workers.max(1)).unwrap_or(u32::MAX);
        waiting >= workers && (!came_at_once || wait > max_wait)
    }
}

/// How much there is to do.
#[derive(Clone, Copy)]
pub(super) struct Load {
    /// Jobs in the queue.
    pub(super) waiting: usize,
    /// Threads that hash.
    pub(super) workers: usize,
    /// Those of them that wait for work.
    pub(super) idle: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: Duration = Duration::from_millis(100);

    fn load(waiting: usize, workers: usize) -> Load {
        Load { waiting, workers, idle: 0 }
    }

    #[test]
    fn a_burst_may_wait_for_so_long_and_no_longer() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        let room = |pace: &mut Pace, workers| (0..).find(|n| pace.is_too_much(load(*n, workers), MAX, now));
        assert_eq!(room(&mut pace, 1), Some(6), "six times 15 ms are 90");
        assert_eq!(room(&mut pace, 4), Some(26));
        (0..100).for_each(|_| pace.took(Duration::from_millis(50)));
        assert_eq!(room(&mut pace, 1), Some(2));
        (0..100).for_each(|_| pace.took(Duration::from_secs(1)));
        assert_eq!(room(&mut pace, 3), Some(3), "but one for each worker");
    }

    #[test]
    fn a_standing_queue_is_as_short_as_keeps_the_workers_busy() {
        let now = Instant::now();
        let mut pace = Pace::new(now);
        let later = now + BURST;
        assert!(pace.is_too_much(load(2, 2), MAX, later));
        assert!(!pace.is_too_much(load(1, 2), MAX, later));
        let calm = Load { waiting: 0, workers: 2, idle: 1 };
        assert!(!pace.is_too_much(calm, MAX, later));
        assert!(!pace.is_too_much(load(2, 2), MAX, later), "it is a burst again");
    }
}
