//! Memberships: a user's place and role in a tenant.

use crate::access::Role;
use crate::id::{TenantId, UserId};
use crate::time::Timestamp;

/// A user's place and role in one tenant.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// The user, who may belong to several tenants.
    pub user: UserId,
    /// The user's role in this tenant.
    pub role: Role,
    /// Incremented to end all that was decided on the former value; never falls, also over removal and return.
    pub fence: u32,
    /// Incremented by every change.
    pub rev: u64,
    /// Whether the user left; the row stays, so that the fence does.
    pub removed: bool,
    /// When the user joined.
    pub joined_at: Timestamp,
}

/// What a commit may do to memberships.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts, or writes role, fence, `removed` and `rev` of the existing row.
    Put(Membership),
}
