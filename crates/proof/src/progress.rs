//! How far it is, on standard error.

use std::io::{IsTerminal, Write};

const WIDTH: usize = 30;
/// Without a terminal a line comes after every so many steps.
const EVERY: usize = 10;

/// A bar on a terminal, now and then a line elsewhere.
pub(crate) fn show(experiment: &str, done: usize, of: usize, what: &str) {
    let mut out = std::io::stderr();
    // Nobody may be reading.
    let _ = if out.is_terminal() {
        write!(out, "\r\x1b[2K[{}] {done}/{of} {what}", bar(done, of)).and_then(|()| out.flush())
    } else if done.is_multiple_of(EVERY) || done == of {
        writeln!(out, "{experiment}: {done}/{of} {what}")
    } else {
        Ok(())
    };
}

/// Ends the bar's line.
pub(crate) fn end() {
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
}

fn bar(done: usize, of: usize) -> String {
    let filled = (WIDTH * done.min(of)) / of.max(1);
    "#".repeat(filled) + &".".repeat(WIDTH - filled)
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn the_bar_fills_from_the_left() {
        assert_eq!(bar(0, 10), ".".repeat(30));
        assert_eq!(bar(5, 10), "#".repeat(15) + &".".repeat(15));
        assert_eq!(bar(10, 10), "#".repeat(30));
        assert_eq!(bar(0, 0).len(), 30);
    }
}
