//! Asking for another address.

use super::error::ContactError;
use super::purpose;
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::code::{self, CodeFor};
use crate::commit::{Commit, CommitError};
use crate::fault::Fault;
use crate::message::{Address, Channel, Template};
use crate::parts::Parts;
use crate::password;
use crate::text;
use crate::user::{self, User, UserError};
use authms_crypto::SecretString;

/// Sends a code to the new address; nothing changes until it comes back. That the address is somebody else's is not told
/// before whoever asks has shown that they read what is sent there.
///
/// # Errors
/// [`ContactError`]; [`UserError::WrongPassword`] also if there is no password.
pub async fn change(
    parts: &Parts,
    me: &Person,
    (channel, new): (Channel, &str),
    present: &SecretString,
    source: &Source,
) -> Result<(), ContactError> {
    let to = match channel {
        Channel::Email => Address::Email(text::email(new)?),
        Channel::Sms => Address::Phone(text::phone(new)?),
    };
    code::require_transport(parts, channel)?;
    let user = proved(parts, me, present).await?;
    let purpose = purpose(channel);
    let ask = CodeFor {
        purpose,
        user: &user,
        scope: *me.session.bytes(),
        to: &to,
        template: Template::ConfirmAddress,
        ttl: code::TTL,
    };
    let sending = code::send(parts, &ask, source).await?;
    let event = Event::new(EventName::CodeSent, Some(me.tenant))
        .subject(me.user)
        .text("actor", me.user.to_string())
        .text("purpose", purpose.as_str())
        .text("channel", channel.as_str())
        .from(source);
    match parts.store.commit(sending.onto(Commit::new(event.into_row(parts.now(), &*parts.rng)))).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(_)) => Err(ContactError::TooSoon),
        Err(other) => Err(Fault::from(other).into()),
    }
}

/// The user, whose password this is.
async fn proved(parts: &Parts, me: &Person, present: &SecretString) -> Result<User, ContactError> {
    if me.acting.is_some() {
        return Err(UserError::from(Forbidden::OnBehalf).into());
    }
    let user = user::me(parts, me).await?;
    if password::is_present(parts, me.user, present).await?? {
        Ok(user)
    } else {
        Err(UserError::WrongPassword.into())
    }
}
