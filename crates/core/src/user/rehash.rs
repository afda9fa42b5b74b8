//! Hashing a password again after the parameters have changed.

use super::model::{Change, User};
use crate::audit::{Event, EventName, Source};
use crate::commit::{self, Commit, Guard, Row};
use crate::parts::Parts;
use authms_crypto::SecretString;

/// Hashes a password that was just found right with the parameters in force. If that does not work now, the next
/// sign-in will do it; a password that was changed meanwhile is never overwritten.
pub(crate) async fn rehash(parts: &Parts, user: &User, password: SecretString, source: &Source) {
    let Ok(password) = parts.passwords.hash(password).await else { return };
    let event = Event::new(EventName::PasswordRehashed, Some(user.tenant)).subject(user.id).from(source);
    let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
        .guard(Guard::Rev { row: Row::User(user.id), rev: user.rev })
        .change(commit::Change::User(Change::Rehash { user: user.id, password }));
    let _ = parts.store.commit(commit).await;
}
