//! What happened, for those who must know later.

pub mod log;
mod model;
mod name;
mod read;

pub use model::*;
pub use name::EventName;
pub use read::*;
