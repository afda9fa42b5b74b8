//! Looking at and deleting API keys, and what all that changes them shares.

use super::create::require_may_give;
use super::model::{ApiKey, ApiKeyStatus, Change, KeyFilter};
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
    /// The key is compromised, which cannot be undone.
    #[error("the key is compromised: it can only be deleted")]
    Compromised,
    /// No such client in the caller's tenant.
    #[error("no such client")]
    UnknownClient,
    /// The key has no such network.
    #[error("the key has no such network")]
    UnknownNetwork,
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

/// The keys of the caller's tenant, oldest first.
///
/// # Errors
/// [`KeyError`]
pub async fn list(
    parts: &Parts,
    caller: &Caller,
    filter: KeyFilter,
    page: PageRequest,
) -> Result<Page<ApiKey>, KeyError> {
    caller.require(Permission::KeyRead)?;
    Ok(parts.store.api_keys(caller.tenant(), filter, page).await.map_err(Fault::from)?)
}

/// Deletes a key; what it minted ends at once. To change its secret without signing anybody out, rotate it.
///
/// # Errors
/// [`KeyError`]
pub async fn delete(parts: &Parts, caller: &Caller, id: ApiKeyId, source: &Source) -> Result<(), KeyError> {
    require_manager(caller)?;
    let before = owned(parts, caller, id).await?;
    require_reach(caller, &before)?;
    let event = event(EventName::KeyDeleted, caller, id, source).text("name", before.name);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(id), rev: before.rev })
        .change(commit::Change::ApiKey(Change::Delete(id)));
    parts.store.commit(commit).await?;
    Ok(())
}

/// Demands that the caller manages API keys: no key ever does.
pub(super) fn require_manager(caller: &Caller) -> Result<(), Forbidden> {
    match caller {
        Caller::System(_) => Err(Forbidden::PersonsOnly),
        _ => caller.require(Permission::KeyWrite),
    }
}

/// Demands that the caller may end this key: it ranks no higher.
pub(super) fn require_reach(caller: &Caller, key: &ApiKey) -> Result<(), Forbidden> {
    if key.rank <= caller.rank() { Ok(()) } else { Err(Forbidden::Rank) }
}

/// One key of the caller's tenant.
pub(super) async fn owned(parts: &Parts, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, KeyError> {
    let found = parts.store.api_key(id).await.map_err(Fault::from)?;
    found.map(|(key, _)| key).filter(|k| k.tenant == caller.tenant()).ok_or(KeyError::Unknown)
}

/// The key that the caller is about to change: one that they could have created as it is.
pub(super) async fn changeable(parts: &Parts, caller: &Caller, id: ApiKeyId) -> Result<ApiKey, KeyError> {
    require_manager(caller)?;
    let key = owned(parts, caller, id).await?;
    require_may_give(caller, key.rank, &key.scopes)?;
    if key.status == ApiKeyStatus::Compromised { Err(KeyError::Compromised) } else { Ok(key) }
}

/// Writes a key that was read and changed, unless somebody else was faster.
pub(super) async fn update(parts: &Parts, key: ApiKey, event: Event) -> Result<ApiKey, KeyError> {
    let rev = key.rev;
    let mut key = ApiKey { rev: rev + 1, ..key };
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::ApiKey(key.id), rev })
        .change(commit::Change::ApiKey(Change::Update(Box::new(key.clone()))));
    key.updated_at = parts.store.commit(commit).await?.at;
    Ok(key)
}

/// An event about a key, as yet without what happened.
pub(super) fn event(name: EventName, caller: &Caller, id: ApiKeyId, source: &Source) -> Event {
    Event::new(name, Some(caller.tenant())).by(caller).key(id).from(source)
}
