//! The caller's password.

pub mod change;
pub mod strength;
