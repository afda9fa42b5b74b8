//! Looking at memberships.

use super::model::Membership;
use crate::access::Person;
use crate::fault::Fault;
use crate::parts::Parts;
use crate::tenant::Tenant;

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
