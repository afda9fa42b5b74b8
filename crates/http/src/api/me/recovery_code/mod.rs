//! The caller's recovery codes.

pub mod count;
pub mod generate;
pub mod list;
pub mod verify;
