//! What happened, for those who must know later.

mod model;
mod name;

pub use model::*;
pub use name::EventName;
