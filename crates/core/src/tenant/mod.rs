//! Isolated populations.

mod model;

pub use model::*;
