//! The installation: what every process on one store must agree on.

use crate::id::TenantId;
use crate::time::Timestamp;

/// What the first start fixed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Installation {
    /// The master key's fingerprint.
    pub master_fingerprint: String,
    /// The issuer, `iss` in every token.
    pub issuer: String,
    /// The tenant that the first start made.
    pub default_tenant: TenantId,
    /// When that was.
    pub created_at: Timestamp,
    /// Incremented by every change of the signing keys.
    pub rev: u64,
}

/// What a commit may do to the installation.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts it; guarded by `Rev { row: Installation, rev: 0 }`.
    Create(Installation),
}
