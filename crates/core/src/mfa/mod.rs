//! When a tenant asks for a second factor, which would do, and why one is asked for.

mod policy;
mod reason;

pub use policy::MfaPolicy;
pub use reason::MfaReason;
