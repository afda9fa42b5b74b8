//! Releases of users who cannot prove an address and have to enrol a second factor.

pub mod begin;
pub mod end;
