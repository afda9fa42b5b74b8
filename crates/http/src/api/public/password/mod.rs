//! Passwords that nobody has yet.

pub mod strength;
