//! What happened to the caller's own account.

pub mod list;
