//! Changing and ending memberships.

use super::model::{Change, Membership};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::fault::Fault;
use crate::id::UserId;
use crate::parts::Parts;
use crate::ports::Member;
use crate::tenant::{self, Tenant};
use crate::user::{User, UserError, UserStatus, existing};

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
    let (tenant, user) = (caller.tenant(), &member.user);
    let before = parts.store.membership(tenant, user.id).await.map_err(Fault::from)?;
    let before = before.filter(|m| !m.removed).ok_or(UserError::Unknown)?;
    // The ranks were checked on the role that was read first.
    if before.role != member.role {
        return Err(Fault::Changed.into());
    }
    let after = Membership {
        role: role.unwrap_or(before.role),
        removed: role.is_none(),
        fence: before.fence + 1,
        rev: before.rev + 1,
        ..before
    };
    let commit = commit
        .guard(Guard::Rev { row: Row::Membership(tenant, user.id), rev: before.rev })
        .change(commit::Change::Membership(Change::Put(after)));
    if before.role != Role::SuperAdmin {
        return Ok(commit);
    }
    // Who cannot sign in administers nothing, as long as that stays so.
    if user.status != UserStatus::Active {
        return Ok(commit.guard(Guard::Rev { row: Row::User(user.id), rev: user.rev }));
    }
    let row = parts.store.tenant(tenant).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?;
    leave_another(parts, row, commit).await
}

/// Adds to a commit that ends an account what keeps it from taking the last super administrator of any tenant away.
/// The commit must be guarded by the user's revision. All memberships are guarded: who is no super administrator now
/// might be one, and the last, by the time of the commit.
pub(crate) async fn keep_super_admins(
    parts: &Parts,
    leaving: &User,
    mut commit: Commit,
) -> Result<Commit, UserError> {
    for (place, tenant) in parts.store.memberships_of(leaving.id).await.map_err(Fault::from)? {
        commit = commit.guard(Guard::Rev { row: Row::Membership(tenant.id, leaving.id), rev: place.rev });
        if place.role == Role::SuperAdmin && leaving.status == UserStatus::Active {
            commit = leave_another(parts, tenant, commit).await?;
        }
    }
    Ok(commit)
}

/// The tenant owns the set of its administrators, so its revision is guarded and raised, and two commits that each
/// take one away cannot both pass. `tenant` must have been read before they are counted here.
async fn leave_another(parts: &Parts, tenant: Tenant, commit: Commit) -> Result<Commit, UserError> {
    if parts.store.count_role(tenant.id, Role::SuperAdmin).await.map_err(Fault::from)? < 2 {
        return Err(UserError::LastSuperAdmin);
    }
    let raised = Tenant { rev: tenant.rev + 1, ..tenant.clone() };
    Ok(commit
        .guard(Guard::Rev { row: Row::Tenant(tenant.id), rev: tenant.rev })
        .change(commit::Change::Tenant(tenant::Change::Update(raised))))
}
