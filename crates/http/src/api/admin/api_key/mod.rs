//! All API keys of the caller's tenant.

pub mod batch_revoke;
pub mod expiring;
pub mod force_delete;
pub mod list;
