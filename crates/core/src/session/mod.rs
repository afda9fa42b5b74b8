//! Sessions and their refresh families.

mod model;

pub use model::*;
