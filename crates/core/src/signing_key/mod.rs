//! Keys that sign tokens, and their rotation.

mod keys;
mod known;
mod model;
mod retire;
mod rotate;
mod set;
mod verified;

pub use keys::{Keys, UnsealError};
pub use model::*;
pub use retire::{RetireError, list, retire};
pub(crate) use rotate::first_of;
pub use rotate::{Rotated, generate, maintain, rotate};
pub use set::published_for;
pub(crate) use verified::{issued, verified};
