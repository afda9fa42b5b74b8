//! API keys: how systems authenticate.

mod model;

pub use model::*;
