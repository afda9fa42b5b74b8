//! How far a simulation has come: a bar on a terminal, nothing elsewhere.

use crate::table::grouped;
use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often the bar is drawn anew.
const FRAME: Duration = Duration::from_millis(100);
/// Characters.
const WIDTH: usize = 30;

/// Shows on standard error how many of so many are done.
pub(super) struct Progress {
    total: u64,
    since: Instant,
    shown: Mutex<Instant>,
    terminal: bool,
}

impl Progress {
    pub(super) fn begin(total: u64) -> Self {
        let now = Instant::now();
        Self { total, since: now, shown: Mutex::new(now), terminal: stderr().is_terminal() && total > 1 }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    pub(super) fn show(&self, done: u64) {
        let mut shown = self.shown.lock().expect("progress");
        if self.terminal && shown.elapsed() >= FRAME {
            *shown = Instant::now();
            let mut err = stderr();
            // Nothing depends on it.
            let _ = write!(err, "\r\x1b[K{}", self.bar(done)).and_then(|()| err.flush());
        }
    }

    pub(super) fn clear(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }

    fn bar(&self, done: u64) -> String {
        let (done, total) = (done as f64, self.total.max(1) as f64);
        let full = ((done / total) * WIDTH as f64) as usize;
        let rate = done / self.elapsed().as_secs_f64().max(0.001);
        let left = (total - done) / rate.max(0.001);
        let bar = "#".repeat(full.min(WIDTH)) + &"-".repeat(WIDTH - full.min(WIDTH));
        format!("[{bar}] {}/{} seeds, {}/s, {left:.0} s left", grouped(done), grouped(total), grouped(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn a_bar_says_how_far_it_is() {
        let bar = Progress::begin(100_000).bar(50_000);
        assert!(bar.starts_with("[###############---------------] 50,000/100,000 seeds, "), "{bar}");
    }
}
