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
use crate::user::{UserError, UserStatus, existing};

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
    let member = existing(parts, caller, user).await?;
    check_ranks(caller, &member, role)?;
    if role == Some(member.role) {
        return Ok(());
    }
    let event = event(caller, &member, role, source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng));
    let commit = put(parts, caller, &member, role, commit).await?;
    parts.store.commit(commit).await?;
    Ok(())
}

/// Adds a change of role to a commit; checks both ranks.
pub(crate) async fn add_role_change(
    parts: &Parts,
    caller: &Caller,
    member: &Member,
    role: Role,
    commit: Commit,
    source: &Source,
) -> Result<Commit, UserError> {
    check_ranks(caller, member, Some(role))?;
    let event = event(caller, member, Some(role), source);
    put(parts, caller, member, Some(role), commit.audit(event.into_row(parts.now(), &*parts.rng))).await
}

/// Both the rank that the member has and the one that they are to have must be within the caller's reach.
fn check_ranks(caller: &Caller, member: &Member, role: Option<Role>) -> Result<(), Forbidden> {
    if matches!(caller, Caller::Person(p) if p.user == member.user.id) && role > Some(member.role) {
        return Err(Forbidden::Rank);
    }
    caller.require_rank_over(member.role)?;
    role.map_or(Ok(()), |role| caller.require_rank_over(role))
}

fn event(caller: &Caller, member: &Member, role: Option<Role>, source: &Source) -> Event {
    Event::new(EventName::MembershipChanged, Some(caller.tenant()))
        .by(caller)
        .subject(member.user.id)
        .text("from", member.role.as_str())
        .text("to", role.map_or("removed", Role::as_str))
        .from(source)
}

async fn put(
    parts: &Parts,
    caller: &Caller,
    member: &Member,
    role: Option<Role>,
    commit: Commit,
) -> Result<Commit, UserError> {
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
    let commit = commit
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
    // Who cannot sign in administers nothing, as long as that stays so.
    if leaving.user.status != UserStatus::Active {
        return Ok(commit.guard(Guard::Rev { row: Row::User(leaving.user.id), rev: leaving.user.rev }));
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
