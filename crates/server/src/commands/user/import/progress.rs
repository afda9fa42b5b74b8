//! How far an import has come: a bar on a terminal, else a line every few seconds.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::progress::bar;

/// How often the bar is drawn anew, and how often a line is written where there is no terminal.
const FRAME: Duration = Duration::from_millis(100);
const PLAIN: Duration = Duration::from_secs(5);

/// Where an import stands.
#[derive(Clone, Copy, Default)]
pub struct Position {
    /// Lines done.
    pub lines: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes in all, if that is known.
    pub total: Option<u64>,
    /// Since the beginning.
    pub elapsed: Duration,
}

/// Shows progress on standard error.
pub struct Progress {
    terminal: bool,
    since: Instant,
    shown: Instant,
}

impl Progress {
    /// Begins now.
    pub fn begin() -> Self {
        let now = Instant::now();
        Self { terminal: io::stderr().is_terminal(), since: now, shown: now }
    }

    /// Since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// Shows how far it has come, if it is time for that.
    pub fn show(&mut self, position: Position) {
        if self.shown.elapsed() < if self.terminal { FRAME } else { PLAIN } {
            return;
        }
        self.shown = Instant::now();
        let mut err = io::stderr();
        // Nothing depends on it: a closed standard error is no failure.
        let _ = if self.terminal {
            write!(err, "\r\x1b[K{}", Bar(position)).and_then(|()| err.flush())
        } else {
            writeln!(err, "{}", Plain(position))
        };
    }

    /// Writes a remark above the bar.
    pub fn note(&mut self, text: &str) {
        self.clear();
        crate::output::note(text);
    }

    /// Takes the bar away.
    pub fn clear(&mut self) {
        if self.terminal {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Position {
    /// Lines a second.
    pub fn rate(&self) -> u64 {
        let millis = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.lines.saturating_mul(1000) / millis
    }

    /// How much is done, in percent.
    fn percent(&self) -> Option<u64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.bytes.min(total) * 100) / total)
    }

    /// Seconds that are left if it goes on as so far.
    fn left(&self) -> Option<u64> {
        let total = self.total?;
        let rest = total.saturating_sub(self.bytes);
        let millis =
            self.elapsed.as_millis().checked_mul(u128::from(rest))?.checked_div(u128::from(self.bytes))?;
        u64::try_from(millis / 1000).ok()
    }
}

struct Bar(Position);

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(position) = self;
        if let Some(percent) = position.percent() {
            write!(f, "{}  ", bar(percent))?;
        }
        write!(f, "{} lines  {}/s", position.lines, position.rate())?;
        match position.left() {
            Some(left) => write!(f, "  {}:{:02} left", left / 60, left % 60),
            None => Ok(()),
        }
    }
}

struct Plain(Position);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(position) = self;
        write!(f, "{} lines, {}/s", position.lines, position.rate())?;
        match (position.percent(), position.left()) {
            (Some(percent), Some(left)) => write!(f, ", {percent} %, {left} s left"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lines: u64, bytes: u64, total: Option<u64>, seconds: u64) -> Position {
        Position { lines, bytes, total, elapsed: Duration::from_secs(seconds) }
    }

    #[test]
    fn the_bar_tells_share_rate_and_time_left() {
        let shown = |position| Bar(position).to_string();
        assert_eq!(shown(at(0, 0, Some(100), 0)), "[........................]   0 %  0 lines  0/s");
        assert_eq!(
            shown(at(5000, 50, Some(100), 10)),
            "[############............]  50 %  5000 lines  500/s  0:10 left"
        );
        assert_eq!(
            shown(at(10_000, 100, Some(100), 90)),
            "[########################] 100 %  10000 lines  111/s  0:00 left"
        );
        assert_eq!(shown(at(7, 70, None, 7)), "7 lines  1/s");
        assert_eq!(shown(at(1, 1, Some(10_000), 1)).split("  ").last(), Some("166:39 left"));
    }

    #[test]
    fn a_line_tells_the_same_without_a_terminal() {
        assert_eq!(Plain(at(5000, 50, Some(100), 10)).to_string(), "5000 lines, 500/s, 50 %, 10 s left");
        assert_eq!(Plain(at(5000, 50, None, 10)).to_string(), "5000 lines, 500/s");
    }

    #[test]
    fn no_position_breaks_it() {
        for position in
            [at(u64::MAX, u64::MAX, Some(1), 0), at(0, 5, Some(0), 3), at(1, 0, Some(u64::MAX), 1)]
        {
            assert!(!format!("{}{}", Bar(position), Plain(position)).is_empty());
        }
    }
}
