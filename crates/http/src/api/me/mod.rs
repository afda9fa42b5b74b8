//! What concerns the caller.

pub mod api_key;
pub mod membership;
pub mod password;
pub mod profile;
pub mod session;
pub mod ticket;
