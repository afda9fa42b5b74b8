//! The signed-in user.

pub mod permissions;
pub mod show;
