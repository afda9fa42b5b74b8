//! Looking at users.

use super::error::UserError;
use super::model::{User, UserFilter, UserStatus};
use crate::access::{Caller, Permission, Person};
use crate::fault::Fault;
use crate::id::UserId;
use crate::page::{Page, PageRequest};
use crate::parts::Parts;
use crate::password::{PasswordState, password_state};
use crate::ports::Member;
use crate::signin::Standing;

/// One user of the caller's tenant.
///
/// # Errors
/// [`UserError::Unknown`] also for users of other tenants.
pub async fn get(parts: &Parts, caller: &Caller, id: UserId) -> Result<Member, UserError> {
    caller.require(Permission::UserRead)?;
    existing(parts, caller, id).await
}

/// The users of the caller's tenant.
///
/// # Errors
/// [`UserError`]
pub async fn list(
    parts: &Parts,
    caller: &Caller,
    filter: UserFilter,
    page: PageRequest,
) -> Result<Page<Member>, UserError> {
    caller.require(Permission::UserRead)?;
    let members = parts.store.members(caller.tenant(), filter, page).await.map_err(Fault::from)?;
    Ok(members)
}

/// The signed-in user.
///
/// # Errors
/// [`UserError`]
pub async fn me(parts: &Parts, me: &Person) -> Result<User, UserError> {
    let member = parts.store.member(me.tenant, me.user).await.map_err(Fault::from)?;
    Ok(member.ok_or(UserError::Unknown)?.user)
}

/// The signed-in user, and how their password stands by the rules of the tenant that they belong to: that is not told to
/// whoever acts for them.
///
/// # Errors
/// [`UserError`]
pub async fn profile(parts: &Parts, me: Standing) -> Result<(User, PasswordState), UserError> {
    let Standing { user, tenant, actor, .. } = me;
    if !user.has_password || actor.is_some() {
        return Ok((user, PasswordState::default()));
    }
    let home = match user.tenant == tenant.id {
        true => tenant,
        false => parts.store.tenant(user.tenant).await.map_err(Fault::from)?.ok_or(UserError::Unknown)?,
    };
    let state = password_state(&home.password_policy, &user, parts.now());
    Ok((user, state))
}

/// A member of the caller's tenant who is not deleted.
pub(crate) async fn existing(parts: &Parts, caller: &Caller, id: UserId) -> Result<Member, UserError> {
    let member = parts.store.member(caller.tenant(), id).await.map_err(Fault::from)?;
    member.filter(|m| m.user.status != UserStatus::Deleted).ok_or(UserError::Unknown)
}
