//! Made-up credentials, so that the options of a sign-in tell nobody who exists (WebAuthn §14.6.2).

use super::options::Descriptor;
use crate::id::TenantId;
use crate::parts::Parts;
use authms_crypto::hmac_sha256;

/// Whoever is named, at least so many credentials are listed.
const LISTED: usize = 4;

/// How long identifiers of credentials are with the makes of authenticator in use, in bytes.
const LENGTHS: [usize; 8] = [16, 16, 20, 20, 32, 32, 48, 64];

/// The credentials of whoever is named, filled up with made-up ones: the same at each time for one name. No
/// authenticator knows those, so none is hindered. Nothing but the identifiers is told, in no order.
pub(crate) fn filled_up(
    parts: &Parts,
    tenant: TenantId,
    name: &[u8],
    known: impl Iterator<Item = Vec<u8>>,
) -> Vec<Descriptor> {
    let mut ids: Vec<Vec<u8>> = known.collect();
    // All are made, however many are needed: the time tells nothing either.
    let made_up: Vec<_> = (0..LISTED as u8).map(|n| made_up(parts, tenant, name, n)).collect();
    let missing = LISTED.saturating_sub(ids.len());
    ids.extend(made_up.into_iter().take(missing));
    ids.sort_unstable();
    ids.into_iter().map(|id| Descriptor { id, transports: Vec::new() }).collect()
}

fn made_up(parts: &Parts, tenant: TenantId, name: &[u8], n: u8) -> Vec<u8> {
    let block = |part: u8| hmac_sha256(parts.secrets.decoys.expose(), &[tenant.bytes(), &[n, part], name]);
    let length = LENGTHS[usize::from(block(0)[0]) % LENGTHS.len()];
    let mut id = [block(1), block(2)].concat();
    id.truncate(length);
    id
}
