//! Applications that users sign in to.

mod model;

pub use model::*;
