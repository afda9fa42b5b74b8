//! What anybody may call.

pub mod discovery;
pub mod health;
pub mod session;
pub mod ticket;
