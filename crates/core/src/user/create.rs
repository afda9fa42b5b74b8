//! Creating users.

use super::error::UserError;
use super::model::{Change, PasswordHash, User, UserStatus};
use super::password;
use crate::access::{Caller, Permission, Role};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::{TenantId, UserId};
use crate::membership::{self, Membership};
use crate::parts::Parts;
use crate::ports::Member;
use crate::text;
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
    /// Name to show.
    pub nickname: Option<String>,
    /// A first password, which the user must change; none: the user signs in by ticket.
    pub password: Option<SecretString>,
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
    caller.require_tenant(ask.tenant)?;
    caller.require_rank_over(ask.role.unwrap_or(Role::Member))?;
    let tenant = caller.tenant();
    let role = ask.role.unwrap_or(Role::Member);
    let (user, hash) = draft(parts, tenant, ask).await?;
    let event = Event::new(EventName::UserCreated, Some(tenant))
        .by(caller)
        .from(source)
        .subject(user.id)
        .text("role", role.as_str());
    let now = parts.now();
    let commit =
        Commit::new(event.into_row(now, &*parts.rng)).guard(Guard::Rev { row: Row::User(user.id), rev: 0 });
    let commit = insertion_changes(&user, hash, role, now).into_iter().fold(commit, Commit::change);
    let committed = parts.store.commit(commit).await?;
    let user = User { created_at: committed.at, updated_at: committed.at, ..user };
    Ok(Member { user, role, fence: 0 })
}

async fn draft(
    parts: &Parts,
    tenant: TenantId,
    ask: CreateUser,
) -> Result<(User, Option<PasswordHash>), UserError> {
    let now = parts.now();
    let mut user = User {
        id: UserId::generate(now, &*parts.rng),
        tenant,
        status: UserStatus::Active,
        username: ask.username.as_deref().map(text::username).transpose()?,
        email: ask.email.as_deref().map(text::email).transpose()?,
        phone: ask.phone.as_deref().map(text::phone).transpose()?,
        nickname: ask.nickname.as_deref().map(|n| text::label("nickname", n, 64)).transpose()?,
        has_password: false,
        must_change_password: false,
        password_changed_at: None,
        fence: 0,
        rev: 1,
        created_at: now,
        updated_at: now,
    };
    if user.identifiers().is_empty() {
        return Err(UserError::Nameless);
    }
    let hash = match &ask.password {
        Some(chosen) => Some(password::hash_new(parts, &user, chosen).await?),
        None => None,
    };
    // Whoever chose it for the user knows it: the user must choose another.
    user.has_password = hash.is_some();
    user.must_change_password = hash.is_some();
    user.password_changed_at = hash.as_ref().map(|_| now);
    Ok((user, hash))
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
