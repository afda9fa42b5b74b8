//! Looking at memberships.

use super::model::Membership;
use crate::access::{Caller, Permission, Person};
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::tenant::Tenant;
use crate::user::{UserError, existing};

/// A membership with its tenant.
pub type MembershipOf = (Membership, Tenant);

/// The signed-in user's memberships, oldest first. A session on somebody's behalf sees only its own tenant's.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn mine(parts: &Parts, me: &Person) -> Result<Vec<MembershipOf>, Fault> {
    let mut all = parts.store.memberships_of(me.user).await?;
    if me.acting.is_some() {
        all.retain(|(m, _)| m.tenant == me.tenant);
    }
    Ok(all)
}

/// The memberships of a member of the caller's tenant, oldest first. Only the console sees those in other tenants.
///
/// # Errors
/// [`UserError`]
pub async fn of(parts: &Parts, caller: &Caller, user: UserId) -> Result<Vec<MembershipOf>, UserError> {
    caller.require(Permission::UserRead)?;
    existing(parts, caller, user).await?;
    let mut all = parts.store.memberships_of(user).await.map_err(Fault::from)?;
    if !matches!(caller, Caller::Console(_)) {
        all.retain(|(m, _)| m.tenant == caller.tenant());
    }
    Ok(all)
}
