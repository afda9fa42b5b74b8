//! What a link does at the moment.

use std::net::SocketAddr;
use std::time::Duration;

/// What happens to bytes in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    /// They are neither delivered nor refused.
    pub(crate) swallows: bool,
    /// Each piece takes so much longer.
    pub(crate) delay: Duration,
    /// Bytes a second, if bounded.
    pub(crate) rate: Option<u32>,
}

impl Way {
    /// Nothing gets through.
    pub(crate) const SWALLOWING: Self = Self { swallows: true, delay: Duration::ZERO, rate: None };

    pub(crate) fn slow(delay: Duration, rate: u32) -> Self {
        Self { swallows: false, delay, rate: Some(rate) }
    }

    /// How long so many bytes take.
    pub(super) fn takes(self, bytes: usize) -> Duration {
        let carried = self.rate.map(|rate| Duration::from_secs_f64(bytes as f64 / f64::from(rate.max(1))));
        self.delay + carried.unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) target: SocketAddr,
    /// A connection lives in one epoch: a cut ends it even if the link was mended before it noticed.
    pub(super) epoch: u64,
    pub(super) refuses: bool,
    pub(super) there: Way,
    pub(super) back: Way,
}

impl State {
    pub(super) fn to(target: SocketAddr) -> Self {
        Self { target, epoch: 0, refuses: false, there: Way::default(), back: Way::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_way_takes_its_time() {
        let way = Way::slow(Duration::from_millis(20), 1000);
        assert_eq!(way.takes(500), Duration::from_millis(520));
        assert_eq!(Way::default().takes(500), Duration::ZERO);
    }
}
