//! What happened, for those who must know later.

mod model;

pub use model::*;
