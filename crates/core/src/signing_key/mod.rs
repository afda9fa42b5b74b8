//! Keys that sign tokens, and their rotation.

mod keys;
mod model;
mod rotate;

pub use keys::{Keys, UnsealError};
pub use model::*;
pub use rotate::{MIN_PUBLISHED, Rotated, generate, maintain, rotate};
