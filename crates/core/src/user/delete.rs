//! Deleting users.

use super::error::UserError;
use super::model::{Change, User, UserStatus};
use super::update::administered;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::UserId;
use crate::membership;
use crate::parts::Parts;

/// Deletes a user: everything ends at once, and the names and the password are erased; only the identifier stays, so
/// that the audit log keeps its meaning.
///
/// # Errors
/// [`UserError`]
pub async fn delete(parts: &Parts, caller: &Caller, id: UserId, source: &Source) -> Result<(), UserError> {
    let commit = deletion(parts, caller, id, source).await?;
    parts.store.commit(commit).await?;
    Ok(())
}

/// The commit that deletes a user.
pub(super) async fn deletion(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    source: &Source,
) -> Result<Commit, UserError> {
    let member = administered(parts, caller, id, Permission::UserDelete).await?;
    let before = &member.user;
    let user = User {
        status: UserStatus::Deleted,
        username: None,
        email: None,
        phone: None,
        external_id: None,
        email_verified_at: None,
        phone_verified_at: None,
        nickname: None,
        has_password: false,
        must_change_password: false,
        password_compromised_at: None,
        fence: before.fence + 1,
        rev: before.rev + 1,
        ..before.clone()
    };
    let event = Event::new(EventName::UserDeleted, Some(caller.tenant())).by(caller).subject(id).from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev: before.rev })
        .change(commit::Change::User(Change::SetPassword {
            user: Box::new(user),
            password: None,
            keep_former: 0,
        }));
    membership::keep_super_admins(parts, before, commit).await
}
