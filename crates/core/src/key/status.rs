//! Switching API keys off and on, and declaring them compromised.

use super::create::require_may_give;
use super::manage::{KeyError, event, owned, require_manager, require_reach, update};
use super::model::{ApiKey, ApiKeyStatus};
use crate::access::Caller;
use crate::audit::{EventName, Source};
use crate::fault::Fault;
use crate::id::ApiKeyId;
use crate::parts::Parts;

/// Activates a key, deactivates it, or declares it compromised. The latter two end at once every ticket and session
/// that rests on it, by its fence; a compromised key never comes back.
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
    require_manager(caller)?;
    let before = owned(parts, caller, id).await?;
    require_reach(caller, &before)?;
    if before.status == ApiKeyStatus::Compromised {
        return if status == before.status { Ok(before) } else { Err(KeyError::Compromised) };
    }
    let name = match status {
        ApiKeyStatus::Active => {
            require_may_give(caller, before.rank, &before.scopes)?;
            EventName::KeyUpdated
        }
        ApiKeyStatus::Inactive => EventName::KeyUpdated,
        ApiKeyStatus::Compromised => EventName::KeyCompromised,
    };
    let ends = status != ApiKeyStatus::Active && status != before.status;
    let event = event(name, caller, id, source).text("status", status.as_str());
    let key = ApiKey { status, fence: before.fence + u32::from(ends), ..before };
    update(parts, key, event).await
}

/// What became of keys that were to be revoked together.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Revoked {
    /// How many are compromised now.
    pub revoked: u32,
    /// Those that are not: unknown, out of reach, or changed by somebody else at the same moment.
    pub failed: Vec<ApiKeyId>,
}

/// Declares many keys compromised, each by itself: one that fails keeps none of the others.
///
/// # Errors
/// [`KeyError`]; on [`KeyError::Fault`] some may be revoked, and the same again revokes the rest.
pub async fn revoke_all(
    parts: &Parts,
    caller: &Caller,
    ids: &[ApiKeyId],
    source: &Source,
) -> Result<Revoked, KeyError> {
    require_manager(caller)?;
    let mut done = Revoked::default();
    for id in ids {
        match set_status(parts, caller, *id, ApiKeyStatus::Compromised, source).await {
            Ok(_) => done.revoked += 1,
            Err(KeyError::Fault(fault)) if fault != Fault::Changed => return Err(fault.into()),
            Err(_) => done.failed.push(*id),
        }
    }
    Ok(done)
}
