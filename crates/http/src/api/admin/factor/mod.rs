//! Second factors of others in the caller's tenant.

pub mod reset;
pub mod totp;
