//! The caller's codes by SMS.

pub mod disable;
pub mod enroll;
pub mod send;
pub mod verify;
