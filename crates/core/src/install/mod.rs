//! The first start, and what every process on one store must agree on.

mod model;

pub use model::*;
