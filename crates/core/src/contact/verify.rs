//! Showing that one reads what is sent to the new address.

use super::error::ContactError;
use super::purpose;
use crate::access::{Forbidden, Person};
use crate::audit::{Event, EventName, Source};
use crate::code::{self, Checked};
use crate::commit::{self, Commit, CommitError, Guard, Row, Unique};
use crate::fault::Fault;
use crate::message::{self, Address, Channel, Notice};
use crate::parts::Parts;
use crate::user::{self, Change, User, UserError};
use authms_crypto::SecretString;

/// Gives the user the address that the code was sent to, and tells the one before.
///
/// # Errors
/// [`ContactError`]; an address that is somebody else's by now does not use the code up.
pub async fn verify(
    parts: &Parts,
    me: &Person,
    channel: Channel,
    typed: &SecretString,
    source: &Source,
) -> Result<(), ContactError> {
    if me.acting.is_some() {
        return Err(UserError::from(Forbidden::OnBehalf).into());
    }
    let user = user::me(parts, me).await?;
    let checked = code::check(parts, me.user, purpose(channel), me.session.bytes(), typed).await?;
    let Some(checked) = checked else {
        parts.store.commit(Commit::refusal("no_code")).await.map_err(Fault::from)?;
        return Err(ContactError::Refused);
    };
    let commit = if checked.right {
        changed(parts, me, user, &checked, source)
    } else {
        let event = Event::new(EventName::CodeRefused, Some(me.tenant))
            .subject(me.user)
            .text("purpose", purpose(channel).as_str())
            .from(source);
        Commit::new(event.into_row(parts.now(), &*parts.rng))
    };
    let right = checked.right;
    match parts.store.commit(checked.onto(commit)).await {
        Ok(_) if right => Ok(()),
        Ok(_) | Err(CommitError::Conflict(_)) => Err(ContactError::Refused),
        Err(CommitError::Taken(Unique::UserIdentifier)) => Err(UserError::Taken.into()),
        Err(other) => Err(Fault::from(other).into()),
    }
}

fn changed(parts: &Parts, me: &Person, user: User, checked: &Checked, source: &Source) -> Commit {
    let now = parts.now();
    let (id, rev) = (user.id, user.rev);
    let (is_new, notice, after) = match &checked.to {
        Address::Email(address) => {
            let old = user.email.as_deref().filter(|old| *old != address);
            let notice =
                old.and_then(|old| message::notice_to(parts, &user, old, Notice::EmailChanged, source));
            let after = User { email: Some(address.clone()), email_verified_at: Some(now), ..user.clone() };
            (user.email.as_deref() != Some(address), notice, after)
        }
        Address::Phone(number) => {
            let is_new = user.phone.as_deref() != Some(number);
            let notice =
                is_new.then(|| message::notice(parts, &user, Notice::PhoneChanged, source)).flatten();
            let after = User { phone: Some(number.clone()), phone_verified_at: Some(now), ..user.clone() };
            (is_new, notice, after)
        }
    };
    let event = Event::new(EventName::AddressVerified, Some(me.tenant))
        .subject(id)
        .text("actor", me.user.to_string())
        .text("channel", checked.to.channel().as_str())
        .text("changed", if is_new { "yes" } else { "no" })
        .from(source);
    let update = Change::Update(Box::new(User { rev: rev + 1, ..after }));
    Commit::new(event.into_row(now, &*parts.rng))
        .guard(Guard::Rev { row: Row::User(id), rev })
        .change(commit::Change::User(update))
        .with(notice)
}
