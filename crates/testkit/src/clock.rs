//! A clock that stands still until it is told.

use authms_core::ports::Clock;
use authms_core::time::{Span, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A settable clock, shared by whoever has a clone.
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// Stands at this time.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millis())))
    }

    /// Moves to this time, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves on.
    pub fn advance(&self, by: Span) {
        self.0.fetch_add(by.as_millis(), Ordering::SeqCst);
    }

    /// Moves back.
    pub fn step_back(&self, by: Span) {
        self.0.fetch_sub(by.as_millis(), Ordering::SeqCst);
    }
}

impl Default for FakeClock {
    /// Stands on an afternoon in November 2026.
    fn default() -> Self {
        Self::at(Timestamp::from_millis(1_795_000_000_000))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
