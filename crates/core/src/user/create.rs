//! Creating users.

use super::error::UserError;
use super::model::{Change, PasswordHash, User, UserStatus};
use crate::access::{Caller, Forbidden, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Committed, Guard, Row};
use crate::id::{TenantId, UserId};
use crate::membership::{self, Membership};
use crate::parts::Parts;
use crate::password;
use crate::ports::Member;
use crate::text::{self, InvalidText};
use crate::time::Timestamp;
use authms_crypto::SecretString;

/// A user to be created.
#[derive(Clone, Debug, Default)]
pub struct CreateUser {
    /// The tenant that the request names; the caller's if absent.
    pub tenant: Option<TenantId>,
    /// User name.
    pub username: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// What another system calls the user.
    pub external_id: Option<String>,
    /// Name to show.
    pub nickname: Option<String>,
    /// A first password, which the user must change; none: the user signs in by ticket.
    pub password: Option<SecretString>,
    /// The hash of the password that the user has in another system, in its place: super administrators and the console
    /// alone, since whoever makes one up knows its password.
    pub password_hash: Option<SecretString>,
    /// Role; `member` if absent.
    pub role: Option<Role>,
}

/// Creates a user in the caller's tenant.
///
/// # Errors
/// [`UserError`]
pub async fn create(
    parts: &Parts,
    caller: &Caller,
    ask: CreateUser,
    source: &Source,
) -> Result<Member, UserError> {
    caller.require(Permission::UserWrite)?;
    let user = named(parts, caller, &ask)?;
    let planned = plan(parts, caller, user, &ask, source).await?;
    let committed = parts.store.commit(planned.commit).await?;
    Ok(planned.member.created(committed))
}

/// A user about to be created.
pub(super) struct Planned {
    pub(super) member: Unborn,
    pub(super) commit: Commit,
}

/// A user who exists from the time of the commit on.
pub(super) struct Unborn {
    user: User,
    role: Role,
}

impl Unborn {
    pub(super) fn created(self, committed: Committed) -> Member {
        let user = User { created_at: committed.at, updated_at: committed.at, ..self.user };
        Member { user, role: self.role, fence: 0 }
    }
}

/// The user by their names, once tenant and rank are found to be within the caller's reach.
pub(super) fn named(parts: &Parts, caller: &Caller, ask: &CreateUser) -> Result<User, UserError> {
    caller.require_tenant(ask.tenant)?;
    caller.require_rank_over(ask.role.unwrap_or(Role::Member))?;
    imported(caller, ask)?;
    let names = Names {
        username: ask.username.as_deref(),
        email: ask.email.as_deref(),
        phone: ask.phone.as_deref(),
        external_id: ask.external_id.as_deref(),
        nickname: ask.nickname.as_deref(),
    };
    let user = draft(parts, caller.tenant(), &names)?;
    if user.identifiers().is_empty() { Err(UserError::Nameless) } else { Ok(user) }
}

/// The hash that is to be taken over, if one is.
fn imported(caller: &Caller, ask: &CreateUser) -> Result<Option<PasswordHash>, UserError> {
    let Some(hash) = &ask.password_hash else { return Ok(None) };
    if matches!(caller, Caller::System(_)) {
        return Err(Forbidden::PersonsOnly.into());
    }
    // Super administrators alone have it.
    caller.require(Permission::TenantWrite)?;
    if ask.password.is_some() {
        return Err(
            InvalidText { member: "password_hash", problem: "must not stand beside a password" }.into()
        );
    }
    Ok(Some(PasswordHash::imported(hash.expose())?))
}

/// All that creates the user, with the hash of their first password.
pub(super) async fn plan(
    parts: &Parts,
    caller: &Caller,
    mut user: User,
    ask: &CreateUser,
    source: &Source,
) -> Result<Planned, UserError> {
    let role = ask.role.unwrap_or(Role::Member);
    let hash = match &ask.password {
        Some(chosen) => Some(password::accept(parts, &user, chosen).await?.hash),
        None => imported(caller, ask)?,
    };
    let now = parts.now();
    user.has_password = hash.is_some();
    // Whoever chose it for the user knows it: the user must choose another.
    user.must_change_password =
        ask.password.is_some() || (hash.is_some() && password::changes_at_first(parts, &user).await?);
    user.password_changed_at = hash.as_ref().map(|_| now);
    let event = Event::new(EventName::UserCreated, Some(user.tenant))
        .by(caller)
        .from(source)
        .subject(user.id)
        .text("role", role.as_str())
        .text_if("password", ask.password_hash.as_ref().map(|_| "imported"));
    let commit =
        Commit::new(event.into_row(now, &*parts.rng)).guard(Guard::Rev { row: Row::User(user.id), rev: 0 });
    let commit = insertion_changes(&user, hash, role, now).into_iter().fold(commit, Commit::change);
    Ok(Planned { member: Unborn { user, role }, commit })
}

/// Names as somebody typed them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Names<'a> {
    pub(crate) username: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    pub(crate) phone: Option<&'a str>,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) nickname: Option<&'a str>,
}

/// A new, active user of these names, without a password.
pub(crate) fn draft(parts: &Parts, tenant: TenantId, names: &Names<'_>) -> Result<User, InvalidText> {
    let now = parts.now();
    Ok(User {
        id: UserId::generate(now, &*parts.rng),
        tenant,
        status: UserStatus::Active,
        username: names.username.map(text::username).transpose()?,
        email: names.email.map(text::email).transpose()?,
        phone: names.phone.map(text::phone).transpose()?,
        external_id: names.external_id.map(text::external_id).transpose()?.map(str::to_owned),
        email_verified_at: None,
        phone_verified_at: None,
        language: None,
        nickname: names.nickname.map(|n| text::label("nickname", n, 64)).transpose()?,
        has_password: false,
        must_change_password: false,
        password_changed_at: None,
        password_compromised_at: None,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    })
}

/// The changes that add a user with a membership; the first start uses them, too.
pub(crate) fn insertion_changes(
    user: &User,
    hash: Option<PasswordHash>,
    role: Role,
    now: Timestamp,
) -> [commit::Change; 2] {
    let membership = Membership {
        tenant: user.tenant,
        user: user.id,
        role,
        fence: 0,
        rev: 1,
        removed: false,
        joined_at: now,
    };
    [
        commit::Change::User(Change::Create { user: Box::new(user.clone()), password: hash }),
        commit::Change::Membership(membership::Change::Put(membership)),
    ]
}
