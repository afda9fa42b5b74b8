//! The database's time of day, told by this machine: what passes here, since the database was last asked. Whatever this
//! machine's own time of day is, and however it is set meanwhile, does not show.

use super::apply::NOW;
use super::session::Session;
use crate::queries::Result;
use authms_core::ports::Clock;
use authms_core::time::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Two clocks go apart by no more than a part in so many: 500 ppm, as fast as NTP ever corrects one.
const DRIFT: i64 = 2000;

/// A clock that follows the database's.
pub(super) struct DatabaseClock {
    beginning: Instant,
    /// What the database's clock showed at the beginning. Microseconds since 1970.
    origin: AtomicI64,
    known: Mutex<Option<Bounds>>,
}

impl DatabaseClock {
    /// A clock that has yet to be told.
    pub(super) fn new() -> Self {
        Self { beginning: Instant::now(), origin: AtomicI64::default(), known: Mutex::default() }
    }

    /// Asks the database for its time.
    pub(super) fn compare(&self, session: &Session) -> Result<()> {
        let asked = self.passed();
        let theirs = session.number(NOW)?;
        self.learn(Bounds::new(theirs, asked, self.passed()));
        Ok(())
    }

    fn learn(&self, found: Bounds) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let next = known.map_or(found, |before| before.narrowed(found));
        *known = Some(next);
        self.origin.store(next.middle(), Relaxed);
    }

    /// Microseconds since the beginning.
    fn passed(&self) -> i64 {
        i64::try_from(self.beginning.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis((self.origin.load(Relaxed).saturating_add(self.passed())).div_euclid(1000))
    }
}

/// Between which times the database's clock was at our beginning; known since `at`. Microseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Bounds {
    low: i64,
    high: i64,
    at: i64,
}

impl Bounds {
    /// The database's milliseconds were these at some moment between question and answer.
    fn new(theirs: i64, asked: i64, answered: i64) -> Self {
        let theirs = theirs.saturating_mul(1000);
        let high = theirs.saturating_add(1000).saturating_sub(asked);
        Self { low: theirs.saturating_sub(answered), high, at: answered }
    }

    /// What holds by both, so that an answer that was long under way spoils nothing. Where they contradict each other the later
    /// one holds: the database's clock was set, or it is another server's now.
    fn narrowed(self, later: Self) -> Self {
        let drift = (later.at - self.at) / DRIFT;
        let low = later.low.max(self.low.saturating_sub(drift));
        let high = later.high.min(self.high.saturating_add(drift));
        if low <= high { Self { low, high, at: later.at } } else { later }
    }

    fn middle(self) -> i64 {
        self.low.midpoint(self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    const SECOND: i64 = 1_000_000;

    /// Asked after so many seconds, and answered so much later by a clock that was `theirs` seconds ahead of our beginning,
    /// having been read half way.
    fn found(theirs: i64, asked: i64, took: i64) -> Bounds {
        let (asked, took) = (asked * SECOND, took * 1000);
        Bounds::new((theirs * SECOND + asked + took / 2) / 1000, asked, asked + took)
    }

    fn off(bounds: Bounds, theirs: i64) -> i64 {
        (bounds.middle() - theirs * SECOND).abs()
    }

    #[test]
    fn half_of_the_way_is_the_answers() {
        assert!(off(found(3600, 1, 40), 3600) <= 1000);
    }

    #[test]
    fn an_answer_that_was_long_under_way_spoils_nothing() {
        let quick = found(3600, 1, 2);
        // Read at once, and delivered three seconds later.
        let slow = Bounds::new((3600 * SECOND + 3 * SECOND) / 1000, 3 * SECOND, 6 * SECOND);
        assert!(off(slow, 3600) > SECOND);
        assert!(off(quick.narrowed(slow), 3600) < 5000);
        assert!(off(slow.narrowed(quick), 3600) < 5000);
    }

    #[test]
    fn a_clock_that_was_set_is_followed_at_once() {
        let (before, after) = (found(0, 1, 2), found(-3600, 3, 2));
        assert!(off(before.narrowed(after), -3600) <= 1000);
    }

    #[test]
    fn clocks_that_go_apart_are_followed() {
        // Three seconds in 10,000, over an hour.
        let drifted = |minute: i64| {
            let asked = 60 * minute * SECOND;
            Bounds::new((asked + asked / 10_000 * 3) / 1000, asked, asked + 1000)
        };
        let known = (1..=60).map(drifted).reduce(Bounds::narrowed).expect("bounds");
        assert!((known.middle() - 3600 * SECOND / 10_000 * 3).abs() < 50_000, "{known:?}");
    }
}
