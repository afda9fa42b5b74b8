//! Creating many users in one call.

use super::create::{CreateUser, Planned, Unborn, named, plan};
use super::error::UserError;
use super::model::{Identifier, User};
use crate::access::{Caller, Permission};
use crate::audit::Source;
use crate::batch::commit_each;
use crate::commit::{Commit, CommitError};
use crate::fault::Fault;
use crate::parts::Parts;
use crate::ports::Member;
use std::collections::HashSet;

/// What came of each item, in order.
pub type Outcomes<T> = Vec<Result<T, UserError>>;

/// Creates users in the caller's tenant, each by the rules of a single creation; what is wrong with one fails that one
/// alone. Passwords are hashed one after another, so that a batch never holds more than one place in the hashers'
/// queue, and all of them before anything is written.
///
/// # Errors
/// [`UserError::Forbidden`] if the caller creates no users.
pub async fn create_batch(
    parts: &Parts,
    caller: &Caller,
    asks: Vec<CreateUser>,
    source: &Source,
) -> Result<Outcomes<Member>, UserError> {
    caller.require(Permission::UserWrite)?;
    let users: Vec<_> = asks.iter().map(|ask| named(parts, caller, ask)).collect();
    let mut taken = taken(parts, caller, &users).await?;
    let (mut planned, mut commits): (Outcomes<_>, Vec<Commit>) = (Vec::new(), Vec::new());
    for (ask, user) in asks.iter().zip(users) {
        let one = async {
            let user = user?;
            let names = user.identifiers();
            if names.iter().any(|name| taken.contains(name)) {
                return Err(UserError::Taken);
            }
            let Planned { member, commit } = plan(parts, caller, user, ask, source).await?;
            taken.extend(names);
            commits.push(commit);
            Ok(member)
        };
        planned.push(one.await);
    }
    let mut committed = commit_each(parts, &commits).await.into_iter();
    let mut outcome = |member: Unborn| {
        let committed = committed.next().unwrap_or(Err(CommitError::Unavailable))?;
        Ok(member.created(committed))
    };
    Ok(planned.into_iter().map(|one| one.and_then(&mut outcome)).collect())
}

/// Those of their names that somebody has.
async fn taken(
    parts: &Parts,
    caller: &Caller,
    users: &[Result<User, UserError>],
) -> Result<HashSet<Identifier>, Fault> {
    let names = users.iter().flatten().flat_map(User::identifiers).collect();
    Ok(parts.store.taken(caller.tenant(), names).await?.into_iter().collect())
}
