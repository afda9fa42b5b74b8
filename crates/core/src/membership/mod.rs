//! A user's place and role in a tenant.

mod model;

pub use model::*;
