//! Signing in, refreshing, signing out.

pub mod login;
pub mod logout;
pub mod refresh;
