//! How far a long command has come.

use std::io::{self, IsTerminal as _, Write as _};

/// A bar on a terminal; elsewhere a line for each tenth, as in the log of a script.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    shown: Option<(&'static str, u64)>,
}

impl Progress {
    /// None so far.
    pub fn new() -> Self {
        Self { terminal: io::stderr().is_terminal(), shown: None }
    }

    /// Shows that `done` of `of` rows are done. Nothing depends on it: a closed standard error is no failure.
    pub fn show(&mut self, what: &'static str, done: u64, of: u64) {
        let percent = percent(done, of);
        let step = if self.terminal { percent } else { percent / 10 };
        if self.shown.replace((what, step)) == Some((what, step)) {
            return;
        }
        let mut err = io::stderr();
        let _ = match (self.terminal, percent) {
            (true, 100) => writeln!(err, "\r\x1b[K{}", line(what, done, of)),
            (true, _) => write!(err, "\r\x1b[K{}", line(what, done, of)),
            (false, _) => writeln!(err, "{what}: {percent} %, {done} of {of} rows"),
        };
        let _ = err.flush();
    }
}

/// A bar of this share.
pub fn bar(percent: u64) -> String {
    const WIDTH: usize = 24;
    let full = percent.min(100) as usize * WIDTH / 100;
    format!("[{}{}] {percent:>3} %", "#".repeat(full), ".".repeat(WIDTH - full))
}

fn percent(done: u64, of: u64) -> u64 {
    (done.min(of) * 100).checked_div(of).unwrap_or(100)
}

fn line(what: &str, done: u64, of: u64) -> String {
    format!("{what:<9} {}  {done} of {of} rows", bar(percent(done, of)))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_bar_fills() {
        assert_eq!(line("copying", 0, 9), "copying   [........................]   0 %  0 of 9 rows");
        assert_eq!(line("comparing", 1, 2), "comparing [############............]  50 %  1 of 2 rows");
        assert_eq!(line("copying", 0, 0), "copying   [########################] 100 %  0 of 0 rows");
    }
}
