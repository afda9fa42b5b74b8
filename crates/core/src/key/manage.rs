//! Looking at, switching and deleting API keys.

use super::model::{ApiKey, ApiKeyStatus, Change};
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, CommitError, Guard, Row};
use crate::fault::Fault;
use crate::id::ApiKeyId;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::text::InvalidText;

/// Why nothing was done to an API key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The key would rank above its creator, or administer whom they may not.
    #[error("rank: must not be above your own; with user:write or user:delete, below it")]
    Rank,
    /// The creator may not give this scope.
    #[error("scopes: {} is not yours to give", .0.as_str())]
    Scope(Permission),
    /// The key would expire before it exists.
    #[error("expires_at: must be in the future")]
    Expiry,
    /// No such key in the caller's tenant.
    #[error("no such API key")]
    Unknown,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for KeyError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}

/// One key of the caller's tenant.
///
/// # Errors
/// [`KeyError`]
pub async fn get(parts: &Parts, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, KeyError> {
    caller.require(Permission::KeyRead)?;
    owned(parts, caller, id).await
}

/// The keys of the caller's tenant.
///
/// # Errors
/// [`KeyError`]
pub async fn list(parts: &Parts, caller: &Caller, page: PageRequest) -> Result<Page<ApiKey>, KeyError> {
    caller.require(Permission::KeyRead)?;
    Ok(parts.store.api_keys(caller.tenant(), page).await.map_err(Fault::from)?)
}

/// Activates or deactivates a key; deactivating ends what it minted at once.
///
/// # Errors
/// [`KeyError`]
pub async fn set_status(
    parts: &Parts,
    caller: &Caller,
    id: ApiKeyId,
    status: ApiKeyStatus,
    source: &Source,
) -> Result<ApiKey, KeyError> {
    caller.require(Permission::KeyWrite)?;
    let before = owned(parts, caller, id).await?;
    require_reach(caller, &before)?;
    let ends = status == ApiKeyStatus::Inactive && before.status != ApiKeyStatus::Inactive;
    let rev = before.rev;
    let mut key = ApiKey { status, fence: before.fence + u32::from(ends), rev: rev + 1, ..before };
    let event = Event::new(EventName::KeyUpdated, Some(key.tenant))
        .by(caller)
        .key(id)
        .text("status", status.as_str())
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(id), rev })
        .change(commit::Change::ApiKey(Change::Update(Box::new(key.clone()))));
    key.updated_at = parts.store.commit(commit).await?.at;
    Ok(key)
}

/// Deletes a key; what it minted ends at once. To change keys without signing anybody out, let the old one expire.
///
/// # Errors
/// [`KeyError`]
pub async fn delete(parts: &Parts, caller: &Caller, id: ApiKeyId, source: &Source) -> Result<(), KeyError> {
    caller.require(Permission::KeyWrite)?;
    let before = owned(parts, caller, id).await?;
    require_reach(caller, &before)?;
    let event = Event::new(EventName::KeyDeleted, Some(before.tenant))
        .by(caller)
        .key(id)
        .text("name", before.name)
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(id), rev: before.rev })
        .change(commit::Change::ApiKey(Change::Delete(id)));
    parts.store.commit(commit).await?;
    Ok(())
}

/// A key up to the caller's own rank is within reach: they could have created it.
fn require_reach(caller: &Caller, key: &ApiKey) -> Result<(), Forbidden> {
    if key.rank <= caller.rank() { Ok(()) } else { Err(Forbidden::Rank) }
}

async fn owned(parts: &Parts, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, KeyError> {
    let found = parts.store.api_key(id).await.map_err(Fault::from)?;
    found.map(|(key, _)| key).filter(|k| k.tenant == caller.tenant()).ok_or(KeyError::Unknown)
}
