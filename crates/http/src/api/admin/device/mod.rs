//! Devices of others in the caller's tenant.

pub mod risk;
