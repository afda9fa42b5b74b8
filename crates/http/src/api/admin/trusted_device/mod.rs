//! Trusted devices of others in the caller's tenant.

pub mod forget;
pub mod list;
