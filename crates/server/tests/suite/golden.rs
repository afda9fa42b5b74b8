//! Committed files that tests compare their findings with.

use std::fmt::Write;
use std::path::PathBuf;

/// Set to anything, it has tests write the committed files anew.
const REWRITE: &str = "AUTHMS_REWRITE_GOLDEN";

/// Compares `found` with a committed file, whose path starts at the workspace.
pub fn compare(path: &str, found: &str, also: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&file, found).expect("writes the committed file");
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == found,
        "{path} differs:\n{}If that is meant: {also}{REWRITE}=1, the same test, and commit the file.",
        difference(&committed, found)
    );
}

/// The first lines that only one of both has.
fn difference(committed: &str, found: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (committed.lines().collect(), found.lines().collect());
    let mut told = String::new();
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| ('-', line));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| ('+', line));
    for (sign, line) in gone.take(20).chain(come.take(20)) {
        let _ = writeln!(told, "{sign} {line}");
    }
    told
}
