//! Changing users.

use super::error::UserError;
use super::list::existing;
use super::model::{Change, User, UserStatus};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::UserId;
use crate::membership;
use crate::message::Language;
use crate::parts::Parts;
use crate::ports::Member;
use crate::text;

/// What is to change; absent members stay.
#[derive(Clone, Debug, Default)]
pub struct UpdateUser {
    /// A new user name.
    pub username: Option<String>,
    /// A new e-mail address.
    pub email: Option<String>,
    /// A new phone number.
    pub phone: Option<String>,
    /// What another system calls the user from now on.
    pub external_id: Option<String>,
    /// A new name to show.
    pub nickname: Option<String>,
    /// The language that they are written to in; inside, `None`: that of each request.
    pub language: Option<Option<Language>>,
    /// A new role in the caller's tenant.
    pub role: Option<Role>,
}

/// Changes a user of the caller's tenant.
///
/// # Errors
/// [`UserError`]
pub async fn update(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    ask: UpdateUser,
    source: &Source,
) -> Result<Member, UserError> {
    let member = administered(parts, caller, id, Permission::UserWrite).await?;
    let before = &member.user;
    let mut user = User {
        username: ask.username.as_deref().map(text::username).transpose()?.or(before.username.clone()),
        email: ask.email.as_deref().map(text::email).transpose()?.or(before.email.clone()),
        phone: ask.phone.as_deref().map(text::phone).transpose()?.or(before.phone.clone()),
        external_id: match ask.external_id.as_deref() {
            Some(id) => Some(text::external_id(id)?.to_owned()),
            None => before.external_id.clone(),
        },
        nickname: ask
            .nickname
            .as_deref()
            .map(|n| text::label("nickname", n, 64))
            .transpose()?
            .or(before.nickname.clone()),
        language: ask.language.unwrap_or(before.language),
        ..before.clone()
    };
    user.rev += 1;
    // An address that somebody else typed is not known to be the user's.
    if user.email != before.email {
        user.email_verified_at = None;
    }
    if user.phone != before.phone {
        user.phone_verified_at = None;
    }
    let event = Event::new(EventName::UserUpdated, Some(caller.tenant())).by(caller).subject(id).from(source);
    let mut commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev: before.rev })
        .change(commit::Change::User(Change::Update(Box::new(user.clone()))));
    if let Some(role) = ask.role.filter(|r| *r != member.role) {
        commit = membership::add_role_change(parts, caller, &member, role, commit, source).await?;
    }
    let committed = parts.store.commit(commit).await?;
    user.updated_at = committed.at;
    Ok(Member { user, role: ask.role.unwrap_or(member.role), fence: member.fence })
}

/// Enables or disables a user; disabling ends everything at once.
///
/// # Errors
/// [`UserError`]
pub async fn set_status(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    enable: bool,
    source: &Source,
) -> Result<Member, UserError> {
    let (member, commit) = switching(parts, caller, id, enable, source).await?;
    let committed = parts.store.commit(commit).await?;
    let user = User { updated_at: committed.at, ..member.user };
    Ok(Member { user, ..member })
}

/// The commit that enables or disables a user, and the member after it.
pub(super) async fn switching(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    enable: bool,
    source: &Source,
) -> Result<(Member, Commit), UserError> {
    let member = administered(parts, caller, id, Permission::UserWrite).await?;
    let before = member.user.rev;
    let (status, name) = if enable {
        (UserStatus::Active, EventName::UserEnabled)
    } else {
        (UserStatus::Disabled, EventName::UserDisabled)
    };
    let mut user = User { status, rev: before + 1, ..member.user.clone() };
    if !enable {
        user.fence += 1;
    }
    let event = Event::new(name, Some(caller.tenant())).by(caller).subject(id).from(source);
    let mut commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev: before })
        .change(commit::Change::User(Change::Update(Box::new(user.clone()))));
    if !enable {
        commit = membership::keep_super_admins(parts, &member.user, commit).await?;
    }
    Ok((Member { user, ..member }, commit))
}

/// A user whom the caller may administer: of the caller's tenant as home, and of a rank within the caller's reach.
pub(crate) async fn administered(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    permission: Permission,
) -> Result<Member, UserError> {
    caller.require(permission)?;
    let member = existing(parts, caller, id).await?;
    let myself = matches!(caller, Caller::Person(p) if p.user == id);
    if !myself {
        caller.require_rank_over(member.role)?;
    }
    // An account is administered where it was created; other tenants only decide about its membership in them.
    if member.user.tenant != caller.tenant() {
        return Err(Forbidden::Tenant.into());
    }
    Ok(member)
}
