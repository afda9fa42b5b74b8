//! Signing in by a passkey.

pub mod authenticate_begin;
pub mod authenticate_complete;
pub mod login_begin;
pub mod login_complete;
