//! Invitations, for whoever holds one.

pub mod register;
