//! Texts from outside: normalized first, validated after.

/// placeholder to be replaced
pub fn skeleton(s: &str) -> String { unicode_security::skeleton(s).collect() }
