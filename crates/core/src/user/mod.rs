//! People, their names and their passwords.

mod model;

pub use model::*;
