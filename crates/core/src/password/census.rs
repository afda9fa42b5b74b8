//! How the passwords of a tenant's users stand, counted.

use super::policy::PasswordPolicy;
use super::state::{PasswordWarning, password_state};
use crate::access::{Caller, Permission};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::tenant::TenantError;
use crate::time::Timestamp;
use crate::user::{PasswordHash, User};
use authms_crypto::HashKind;
use std::collections::BTreeMap;

/// How many users there are of each sort. Of what is wrong with a password the first counts, in this order: compromised,
/// must change, expired, in grace, expiring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Census {
    policy: PasswordPolicy,
    at: Timestamp,
    /// All that are not deleted.
    pub users: u64,
    /// Those without a password.
    pub without: u64,
    /// Whose password is known to others.
    pub compromised: u64,
    /// Whose password somebody else chose.
    pub must_change: u64,
    /// Whose password signs nobody in any more.
    pub expired: u64,
    /// Whose password has expired, and still signs in.
    pub in_grace: u64,
    /// Whose password expires within the warning days.
    pub expiring: u64,
    /// All others with a password.
    pub ok: u64,
    /// Whose hash another system made: they have not signed in by it yet.
    pub imported: u64,
    /// With which algorithms.
    pub kinds: BTreeMap<HashKind, u64>,
}

impl Census {
    /// Of nobody yet; by this policy, at this time.
    pub const fn new(policy: PasswordPolicy, at: Timestamp) -> Self {
        Self {
            policy,
            at,
            users: 0,
            without: 0,
            compromised: 0,
            must_change: 0,
            expired: 0,
            in_grace: 0,
            expiring: 0,
            ok: 0,
            imported: 0,
            kinds: BTreeMap::new(),
        }
    }

    /// Counts one user more.
    pub fn count(&mut self, user: &User, hash: Option<&PasswordHash>) {
        self.users += 1;
        let Some(hash) = hash else {
            self.without += 1;
            return;
        };
        *self.kinds.entry(hash.kind()).or_default() += 1;
        self.imported += u64::from(hash.is_imported());
        let state = password_state(&self.policy, user, self.at);
        let sort = match state.warning {
            _ if user.password_compromised_at.is_some() => &mut self.compromised,
            _ if state.must_change => &mut self.must_change,
            Some(PasswordWarning::Expired) => &mut self.expired,
            Some(PasswordWarning::ExpiredGrace) => &mut self.in_grace,
            Some(PasswordWarning::Expiring) => &mut self.expiring,
            None => &mut self.ok,
        };
        *sort += 1;
    }
}

/// Counts the users whose home is the caller's tenant.
///
/// # Errors
/// [`TenantError`]
pub async fn census(parts: &Parts, caller: &Caller) -> Result<Census, TenantError> {
    caller.require(Permission::TenantRead)?;
    let tenant = parts.store.tenant(caller.tenant()).await.map_err(Fault::from)?;
    let tenant = tenant.ok_or(TenantError::Unknown)?;
    let nobody = Census::new(tenant.password_policy, parts.now());
    Ok(parts.store.password_census(tenant.id, nobody).await.map_err(Fault::from)?)
}
