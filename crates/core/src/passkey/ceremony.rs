//! Handing out challenges and finding them again.

use super::model::{CEREMONY_TTL, Ceremony, Change, Planned, Purpose};
use super::options::challenge;
use crate::commit::{self, Commit};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use authms_crypto::sha256;
use authms_crypto::webauthn::presented_challenge;

/// Who may answer, and for what.
pub(crate) struct Begin {
    pub purpose: Purpose,
    pub tenant: TenantId,
    pub user: Option<UserId>,
    pub bound_to: Option<[u8; 16]>,
    pub planned: Option<Planned>,
}

/// Hands a challenge out. We keep its hash; nothing is an act yet, so there is no audit row.
pub(crate) async fn begin(parts: &Parts, begin: Begin) -> Result<[u8; 32], Fault> {
    let challenge = challenge(&*parts.rng);
    let Begin { purpose, tenant, user, bound_to, planned } = begin;
    let ceremony = Ceremony {
        challenge_hash: sha256(&challenge),
        purpose,
        tenant,
        user,
        bound_to,
        planned,
        expires_at: parts.now().plus(CEREMONY_TTL),
    };
    let change = commit::Change::Passkey(Change::Begin(Box::new(ceremony)));
    parts.store.commit(Commit::unremarkable(change)).await?;
    Ok(challenge)
}

/// The ceremony whose challenge this response answers, if we handed it out for this purpose and its time is not over.
pub(crate) async fn find(
    parts: &Parts,
    client_data_json: &[u8],
    purpose: Purpose,
) -> Result<Option<Ceremony>, Fault> {
    let Some(challenge) = presented_challenge(client_data_json) else { return Ok(None) };
    let found = parts.store.ceremony(sha256(&challenge)).await?;
    Ok(found.filter(|c| c.purpose == purpose && c.expires_at > parts.now()))
}
