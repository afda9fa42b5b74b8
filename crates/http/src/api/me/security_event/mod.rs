//! What happened to the caller's own account.

pub mod dismiss;
pub mod list;
