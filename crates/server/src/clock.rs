//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use authms_core::ports::Clock;
use authms_core::time::Timestamp;

/// The time of day as the operating system tells it.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}
