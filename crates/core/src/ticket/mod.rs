//! One-time tickets: minted for a user, redeemed once.

mod model;

pub use model::*;
