//! Places outside of the installation that are told of the sealed log: heads to be kept where nobody who can write the database can write,
//! and events for those who watch many systems. How far a place has come is noted once it has taken what it was told, so that what is told
//! arrives at least once.

mod anchor;
mod model;
mod ocsf;
mod siem;
mod turn;

pub use anchor::{AnchorAt, anchor};
pub use model::*;
pub use siem::{Siem, SiemEvent, tell};
