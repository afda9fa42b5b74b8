//! Users whom minting creates, since another system knows them already.

use super::ask::MintError;
use super::draft::By;
use crate::access::{Caller, Permission, Role};
use crate::audit::{Event, EventName};
use crate::commit::Commit;
use crate::parts::Parts;
use crate::ports::Member;
use crate::user::{self, Names};

/// A new member of this external identifier, if the caller creates users by minting: systems that may create them. A
/// person who mistypes one is not to act for somebody whom nobody knows.
pub(super) fn draft(parts: &Parts, caller: &Caller, external: &str) -> Result<Member, MintError> {
    let Caller::System(_) = caller else { return Err(MintError::UnknownUser) };
    let may = caller.require(Permission::UserWrite).and_then(|()| caller.require_rank_over(Role::Member));
    may.map_err(|_| MintError::UnknownUser)?;
    let names = Names { external_id: Some(external), ..Names::default() };
    let user = user::draft(parts, caller.tenant(), &names)?;
    Ok(Member { user, role: Role::Member, fence: 0 })
}

/// Adds their creation to the commit that mints for them.
pub(super) fn create(parts: &Parts, by: &By<'_>, new: &Member, commit: Commit) -> Commit {
    let event = Event::new(EventName::UserCreated, Some(new.user.tenant))
        .by(by.caller)
        .subject(new.user.id)
        .text("role", new.role.as_str())
        .from(by.source);
    let now = parts.now();
    let changes = user::insertion_changes(&new.user, None, new.role, now);
    changes.into_iter().fold(commit.audit(event.into_row(now, &*parts.rng)), Commit::change)
}
