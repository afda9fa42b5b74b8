//! The caller's codes by e-mail.

pub mod disable;
pub mod enroll;
pub mod send;
pub mod verify;
