//! Authenticating a system by its API key.

use super::PREFIX;
use super::model::{ApiKey, ApiKeyStatus, Held, LastUse};
use super::uses::Refusal;
use crate::access::System;
use crate::audit::Source;
use crate::fault::Fault;
use crate::id::ApiKeyId;
use crate::limits::{self, LimitKind, Take};
use crate::parts::Parts;
use crate::session::AuthenticateError;
use crate::time::Timestamp;
use authms_crypto::OpaqueToken;

/// The system behind a raw key.
///
/// # Errors
/// [`AuthenticateError`]: one answer for all the ways in which a key can be wrong. Whoever has the right secret and is
/// refused is told of in the audit log.
pub async fn authenticate(parts: &Parts, raw: &str, source: &Source) -> Result<System, AuthenticateError> {
    let token = OpaqueToken::parse(PREFIX, raw).ok_or(AuthenticateError::Invalid)?;
    let found = parts.store.api_key(ApiKeyId::from_bytes(token.id)).await.map_err(Fault::from)?;
    let (key, tenant_active) = found.ok_or(AuthenticateError::Invalid)?;
    let held = key.held_by(&token).ok_or(AuthenticateError::Invalid)?;
    let this = LastUse { at: parts.now(), ip: source.ip };
    if let Some(why) = refusal(&key, held, tenant_active, this) {
        parts.key_uses.note_refusal(key.id, key.tenant, why, this);
        return Err(AuthenticateError::Invalid);
    }
    limits::charge(parts, &[Take::of(parts, LimitKind::Client, key.id.bytes())]).await??;
    parts.key_uses.note(key.id, key.tenant, this);
    Ok(System {
        tenant: key.tenant,
        key: key.id,
        rank: key.rank,
        scopes: key.scopes,
        clients: key.clients,
        fence: key.fence,
    })
}

fn refusal(key: &ApiKey, held: Held, tenant_active: bool, this: LastUse) -> Option<Refusal> {
    let passed = |at: Timestamp| at <= this.at;
    match (key.status, held) {
        (ApiKeyStatus::Compromised, _) => Some(Refusal::Compromised),
        (ApiKeyStatus::Inactive, _) => Some(Refusal::Inactive),
        (_, Held::Previous { expires_at }) if passed(expires_at) => Some(Refusal::Rotated),
        _ if key.expires_at.is_some_and(passed) => Some(Refusal::Expired),
        _ if !tenant_active => Some(Refusal::Tenant),
        _ if !key.is_open_to(this.ip) => Some(Refusal::Network),
        _ => None,
    }
}
