//! The caller's memberships.

pub mod list;
pub mod tenants;
