//! Enabling, disabling or deleting many users in one call.

use super::create_batch::Outcomes;
use super::delete::deletion;
use super::error::UserError;
use super::model::UserStatus;
use super::update::switching;
use crate::access::{Caller, Permission};
use crate::audit::Source;
use crate::batch::commit_each;
use crate::commit::{Change, Commit, CommitError};
use crate::id::UserId;
use crate::parts::Parts;
use crate::text::InvalidText;
use std::collections::HashSet;

/// Gives users of the caller's tenant another status, each by the rules of a single change; what is wrong with one
/// fails that one alone.
///
/// # Errors
/// [`UserError::Forbidden`] if the caller changes no users.
pub async fn set_statuses(
    parts: &Parts,
    caller: &Caller,
    ids: &[UserId],
    status: UserStatus,
    source: &Source,
) -> Result<Outcomes<()>, UserError> {
    let deletes = status == UserStatus::Deleted;
    caller.require(if deletes { Permission::UserDelete } else { Permission::UserWrite })?;
    let plan = |id| plan(parts, caller, id, status, source);
    let mut seen = HashSet::new();
    let (mut planned, mut commits) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        planned.push(if seen.insert(*id) {
            plan(*id).await.map(|commit| {
                let alone = changes_a_tenant(&commit);
                if !alone {
                    commits.push(commit);
                }
                alone
            })
        } else {
            Err(InvalidText { member: "user_ids", problem: "names a user twice" }.into())
        });
    }
    let mut committed = commit_each(parts, &commits).await.into_iter();
    let mut outcomes = Vec::with_capacity(ids.len());
    for (id, alone) in ids.iter().zip(planned) {
        outcomes.push(match alone {
            Ok(false) => {
                let outcome = committed.next().unwrap_or(Err(CommitError::Unavailable));
                outcome.map(drop).map_err(UserError::from)
            }
            // Planned anew: the one before it may have left the last.
            Ok(true) => match plan(*id).await {
                Ok(commit) => parts.store.commit(commit).await.map(drop).map_err(UserError::from),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        });
    }
    Ok(outcomes)
}

async fn plan(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    status: UserStatus,
    source: &Source,
) -> Result<Commit, UserError> {
    match status {
        UserStatus::Deleted => deletion(parts, caller, id, source).await,
        UserStatus::Active | UserStatus::Disabled => {
            let enable = status == UserStatus::Active;
            Ok(switching(parts, caller, id, enable, source).await?.1)
        }
    }
}

/// Whether it takes a super administrator away: two of those concern the same row.
fn changes_a_tenant(commit: &Commit) -> bool {
    commit.changes().iter().any(|change| matches!(change, Change::Tenant(_)))
}
