//! What everybody may see of the audit log.

pub mod chain;
