//! Keys that sign tokens, and their rotation.

mod model;

pub use model::*;
