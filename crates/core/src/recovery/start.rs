//! An administrator has a user set their password anew, and learns neither code nor password.

use super::error::RecoveryError;
use crate::access::{Caller, Forbidden, Permission};
use crate::audit::{Event, EventName, Source};
use crate::code::{self, CodeFor, Purpose};
use crate::commit::{Commit, CommitError};
use crate::fault::Fault;
use crate::id::UserId;
use crate::message::{Address, Channel, Template};
use crate::parts::Parts;
use crate::time::Span;
use crate::user::{self, User, UserError, UserStatus};

/// How long a code is good that its user did not ask for: by e-mail as long as SP 800-63B-4 §4.2.1.2 allows, by text
/// message no longer than any other.
const BY_EMAIL: Span = Span::hours(24);

/// Sends a code to the user's own address.
///
/// # Errors
/// [`RecoveryError`]
pub async fn start(parts: &Parts, caller: &Caller, id: UserId, source: &Source) -> Result<(), RecoveryError> {
    let member = user::administered(parts, caller, id, Permission::UserWrite).await?;
    let user = member.user;
    // One's own password is forgotten like anybody's.
    if matches!(caller, Caller::Person(p) if p.user == id) {
        return Err(UserError::from(Forbidden::Rank).into());
    }
    if user.status != UserStatus::Active {
        return Err(RecoveryError::NoAddress);
    }
    let (to, ttl) = address(parts, &user).ok_or(RecoveryError::NoAddress)?;
    let ask = CodeFor {
        purpose: Purpose::ResetPassword,
        user: &user,
        scope: [0; 16],
        to: &to,
        template: Template::ResetByAdministrator,
        ttl,
    };
    // In the user's language, not in the administrator's.
    let sending = code::send(parts, &ask, &Source { language: None, ..source.clone() }).await?;
    let event = Event::new(EventName::CodeSent, Some(caller.tenant()))
        .by(caller)
        .subject(id)
        .text("purpose", Purpose::ResetPassword.as_str())
        .text("channel", to.channel().as_str())
        .from(source);
    match parts.store.commit(sending.onto(Commit::new(event.into_row(parts.now(), &*parts.rng)))).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(_)) => Err(RecoveryError::TooSoon),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn address(parts: &Parts, user: &User) -> Option<(Address, Span)> {
    let email = user.email.as_deref().filter(|_| parts.mailer.is_some());
    if let Some(email) = email {
        return Some((Address::new(Channel::Email, email)?, BY_EMAIL));
    }
    let phone = user.phone.as_deref().filter(|_| parts.messenger.is_some())?;
    Some((Address::new(Channel::Sms, phone)?, code::TTL))
}
