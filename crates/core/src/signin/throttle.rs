//! Budgets of password attempts.

use super::history::NOBODY;
use super::model::Standing;
use super::password::LoginError;
use crate::audit::Source;
use crate::fault::Fault;
use crate::id::TenantId;
use crate::limits::{self, LimitKind, Quota, Take, network, network_key};
use crate::parts::Parts;
use crate::user::{Identifier, User};
use authms_crypto::sha256;

/// How many times the attempts of one network an account has over all networks.
const NETWORKS: u32 = 10;

/// Guesses are counted before they are evaluated: by account and network, so that an attacker elsewhere never keeps
/// the user out, and by account over all other networks, so that many networks do not help either. A network from
/// which the user has signed in before has only the budget of its own.
pub(super) async fn charge(
    parts: &Parts,
    tenant: TenantId,
    names: &[Identifier],
    standing: Option<&Standing>,
    source: &Source,
) -> Result<(), LoginError> {
    let key = match standing {
        Some(s) => account(tenant, &s.user),
        None => nobody(tenant, names),
    };
    let mut takes = Vec::with_capacity(2);
    if let Some(ip) = source.ip {
        let here = [key.as_slice(), &network_key(ip)].concat();
        takes.push(Take::of(parts, LimitKind::Account, &here));
    }
    // Asked for nobody as well, who never signed in: else the time would tell.
    let user = standing.map_or(NOBODY, |s| s.user.id);
    let known = match source.ip {
        Some(ip) => parts.store.signed_in_from(user, network(ip)).await.map_err(Fault::from)?,
        None => false,
    };
    if !known {
        takes.push(everywhere(parts, key));
    }
    Ok(limits::charge(parts, &takes).await??)
}

/// The budget of an account over all networks but those that its user is known to use.
pub(crate) fn everywhere(parts: &Parts, key: Vec<u8>) -> Take {
    let quota = parts.policy.quotas.of(LimitKind::Account);
    let quota = Quota { requests: quota.requests.saturating_mul(NETWORKS), ..quota };
    Take { kind: LimitKind::Account, key, quota, cost: 1 }
}

/// One account under all of its names, as it is now: whenever it is changed, an unlock among them, its budgets are
/// full. Nobody who may only guess can change it.
pub(crate) fn account(tenant: TenantId, user: &User) -> Vec<u8> {
    [tenant.bytes().as_slice(), user.id.bytes(), &user.rev.to_be_bytes()].concat()
}

/// An unknown name is an account of its own, so that the limit tells nothing.
fn nobody(tenant: TenantId, names: &[Identifier]) -> Vec<u8> {
    let whose = names.first().map_or(Vec::new(), |name| sha256(name.key.as_bytes()).to_vec());
    [tenant.bytes().as_slice(), &whose].concat()
}
