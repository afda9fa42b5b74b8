//! Authenticating a system by its API key.

use super::PREFIX;
use super::model::{ApiKey, ApiKeyStatus};
use crate::access::System;
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
/// [`AuthenticateError`]: one answer for all the ways in which a key can be wrong.
pub async fn authenticate(parts: &Parts, raw: &str) -> Result<System, AuthenticateError> {
    let token = OpaqueToken::parse(PREFIX, raw).ok_or(AuthenticateError::Invalid)?;
    let found = parts.store.api_key(ApiKeyId::from_bytes(token.id)).await.map_err(Fault::from)?;
    let (key, tenant_active) = found.ok_or(AuthenticateError::Invalid)?;
    if !token.matches(&key.secret_hash) || !usable(&key, parts.now()) || !tenant_active {
        return Err(AuthenticateError::Invalid);
    }
    limits::charge(parts, &[Take::of(parts, LimitKind::Client, key.id.bytes())]).await??;
    Ok(System { tenant: key.tenant, key: key.id, rank: key.rank, scopes: key.scopes, fence: key.fence })
}

fn usable(key: &ApiKey, now: Timestamp) -> bool {
    key.status == ApiKeyStatus::Active && key.expires_at.is_none_or(|at| now < at)
}
