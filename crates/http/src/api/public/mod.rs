//! What anybody may call.

pub mod discovery;
pub mod health;
pub mod invitation;
pub mod oauth;
pub mod session;
pub mod ticket;
