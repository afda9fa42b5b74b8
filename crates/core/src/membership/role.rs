//! Changing and ending memberships.

use super::model::{Change, Membership};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::id::{TenantId, UserId};
use crate::parts::Parts;
use crate::ports::Member;
use crate::tenant::{self, Tenant};
use crate::user::UserError;

/// Gives a member of the caller's tenant another role. Sessions and tickets that rest on the former role end at once.
///
/// # Errors
/// [`UserError`]
pub async fn set_role(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    role: Role,
    source: &Source,
) -> Result<(), UserError> {
    change(parts, caller, user, Some(role), source).await
}

/// Takes a member out of the caller's tenant; the account stays.
///
/// # Errors
/// [`UserError`]
pub async fn remove(parts: &Parts, caller: &Caller, user: UserId, source: &Source) -> Result<(), UserError> {
    change(parts, caller, user, None, source).await
}

async fn change(
    parts: &Parts,
    caller: &Caller,
    user: UserId,
    role: Option<Role>,
    source: &Source,
) -> Result<(), UserError> {
    caller.require(Permission::UserWrite)?;
    let member = parts.store.member(caller.tenant(), user).await.map_err(Fault::from)?;
    let member = member.ok_or(UserError::Unknown)?;
    if role == Some(member.role) {
        return Ok(());
    }
    let name = EventName::MembershipChanged;
    let event = Event::new(name, Some(caller.tenant()))
        .by(caller)
        .subject(user)
        .text("role", role.map_or("removed", Role::as_str))
        .from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng));
    let commit = add_role_change(parts, caller, &member, role, commit, source).await?;
    parts.store.commit(commit).await?;
    Ok(())
}

/// Adds a change of role, or the removal, to a commit; checks both ranks.
pub(crate) async fn add_role_change(
    parts: &Parts,
    caller: &Caller,
    member: &Member,
    role: Option<Role>,
    commit: Commit,
    source: &Source,
) -> Result<Commit, UserError> {
    if matches!(caller, Caller::Person(p) if p.user == member.user.id) && role > Some(member.role) {
        return Err(Forbidden::Rank.into());
    }
    caller.require_rank_over(member.role)?;
    if let Some(role) = role {
        caller.require_rank_over(role)?;
    }
    let tenant = caller.tenant();
    let before = parts.store.membership(tenant, member.user.id).await.map_err(Fault::from)?;
    let before = before.filter(|m| !m.removed).ok_or(UserError::Unknown)?;
    let after = Membership {
        role: role.unwrap_or(before.role),
        removed: role.is_none(),
        fence: before.fence + 1,
        rev: before.rev + 1,
        ..before
    };
    let event = Event::new(EventName::MembershipChanged, Some(tenant))
        .by(caller)
        .subject(member.user.id)
        .text("from", member.role.as_str())
        .text("to", role.map_or("removed", Role::as_str))
        .from(source);
    let commit = commit
        .audit(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::Membership(tenant, member.user.id), rev: before.rev })
        .change(commit::Change::Membership(Change::Put(after)));
    keep_a_super_admin(parts, member, tenant, commit).await
}

/// Adds what keeps a commit that takes a super administrator away from taking the last one: the tenant owns the set
/// of its administrators, so its revision is guarded and raised, and two such commits cannot both pass.
pub(crate) async fn keep_a_super_admin(
    parts: &Parts,
    leaving: &Member,
    tenant: TenantId,
    commit: Commit,
) -> Result<Commit, UserError> {
    if leaving.role != Role::SuperAdmin {
        return Ok(commit);
    }
    let row = parts.store.tenant(tenant).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?;
    if parts.store.count_role(tenant, Role::SuperAdmin).await.map_err(Fault::from)? < 2 {
        return Err(UserError::LastSuperAdmin);
    }
    let raised = Tenant { rev: row.rev + 1, ..row.clone() };
    Ok(commit
        .guard(Guard::Rev { row: Row::Tenant(tenant), rev: row.rev })
        .change(commit::Change::Tenant(tenant::Change::Update(raised))))
}
