//! The signed-in user.

pub mod permissions;
pub mod show;
pub mod update;
