//! Memberships in the caller's tenant.

pub mod remove;
pub mod set_role;
