//! Standard output, which carries a command's result and nothing else.

use std::io::{self, Write as _};

use crate::failure::Failure;

/// Writes one line of result.
///
/// # Errors
/// When standard output refuses, as a closed pipe does.
pub fn line(text: &str) -> Result<(), Failure> {
    block(&format!("{text}\n"))
}

/// Writes a result as one line of JSON.
///
/// # Errors
/// When standard output refuses.
pub fn json(value: &serde_json::Value) -> Result<(), Failure> {
    line(&value.to_string())
}

/// Writes a result that ends its last line itself.
///
/// # Errors
/// When standard output refuses.
pub fn block(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new(format!("cannot write the result to standard output: {error}")))
}

/// Writes a remark to standard error. Nothing depends on it: a closed standard error is no failure.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
