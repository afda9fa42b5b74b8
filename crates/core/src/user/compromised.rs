//! Marking a password as known to others.

use super::error::UserError;
use super::model::{Change, User};
use super::update::administered;
use crate::access::{Caller, Permission};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::id::UserId;
use crate::parts::Parts;
use crate::text;

/// Marks the password of a user of the caller's tenant as known to others: it signs nobody in until its user has changed
/// it, and all their sessions and tickets end.
///
/// # Errors
/// [`UserError::NoPassword`] if there is none.
pub async fn mark_compromised(
    parts: &Parts,
    caller: &Caller,
    id: UserId,
    reason: Option<&str>,
    source: &Source,
) -> Result<(), UserError> {
    let before = administered(parts, caller, id, Permission::UserWrite).await?.user;
    if !before.has_password {
        return Err(UserError::NoPassword);
    }
    let reason = reason.filter(|r| !r.is_empty()).map(|r| text::label("reason", r, 500)).transpose()?;
    let now = parts.now();
    let event = Event::new(EventName::PasswordCompromised, Some(caller.tenant()))
        .by(caller)
        .subject(id)
        .text_if("reason", reason)
        .from(source);
    let (fence, rev) = (before.fence + 1, before.rev);
    let user = User { password_compromised_at: Some(now), fence, rev: rev + 1, ..before };
    let commit = Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev })
        .change(commit::Change::User(Change::Update(Box::new(user))));
    parts.store.commit(commit).await?;
    Ok(())
}
