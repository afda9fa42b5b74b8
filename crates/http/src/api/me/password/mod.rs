//! The caller's password.

pub mod change;
