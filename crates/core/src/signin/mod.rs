//! What every way to sign in shares.

mod model;

pub use model::*;
