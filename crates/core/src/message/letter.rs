//! A message as it is sent, and sealed on its way there.

use super::address::Address;
use super::model::{Outgoing, Way};
use super::{Message, text};
use crate::id::MessageId;
use crate::parts::Parts;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A message in the words in which it arrives: plain text. Wiped when dropped, since it may carry a code.
pub struct Letter {
    /// Names it, however often it is tried.
    pub id: MessageId,
    /// Where it goes.
    pub to: Address,
    /// Its subject, one line; empty for a text message.
    pub subject: String,
    /// Its text, lines ended by `\n`.
    pub text: String,
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("id", &self.id).field("to", &self.to).finish_non_exhaustive()
    }
}

/// A letter at rest.
#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    to: Cow<'a, str>,
    subject: Cow<'a, str>,
    text: Cow<'a, str>,
}

/// Writes a message down and seals it, bound to its own row.
pub(super) fn seal(parts: &Parts, message: &Message) -> Outgoing {
    let now = parts.now();
    let id = MessageId::generate(now, &*parts.rng);
    let (subject, text) = text::write(message, &parts.policy.issuer);
    let text = Zeroizing::new(text);
    let to = Cow::Borrowed(message.to.as_str());
    let plain = Sealed { to, subject: Cow::Owned(subject), text: Cow::Borrowed(&text) };
    let way = Way::Letter(message.to.channel());
    Outgoing {
        id,
        tenant: message.tenant,
        user: message.user,
        way,
        template: message.template.as_str().to_owned(),
        sealed: seal_json(parts, id, way, &plain),
        attempts: 0,
        due_at: now,
        expires_at: message.expires_at,
    }
}

/// The letter in a row; `None` if it was sealed under another master key, or for another row.
pub(super) fn open(parts: &Parts, row: &Outgoing) -> Option<Letter> {
    let Way::Letter(channel) = row.way else { return None };
    let sealed: Sealed<'_> = open_json(parts, row)?;
    Some(Letter {
        id: row.id,
        to: Address::new(channel, &sealed.to)?,
        subject: sealed.subject.into_owned(),
        text: sealed.text.into_owned(),
    })
}

/// Seals what a row carries, bound to that row.
pub(super) fn seal_json(parts: &Parts, id: MessageId, way: Way, plain: &impl Serialize) -> Vec<u8> {
    let plain = Zeroizing::new(serde_json::to_vec(plain).expect("texts always serialize"));
    authms_crypto::seal(&parts.secrets.message_seal, &context(id, way), &plain)
}

/// What a row carries.
pub(super) fn open_json<T: for<'de> Deserialize<'de>>(parts: &Parts, row: &Outgoing) -> Option<T> {
    let key = &parts.secrets.message_seal;
    let plain = authms_crypto::open(key, &context(row.id, row.way), &row.sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

fn context(id: MessageId, way: Way) -> Vec<u8> {
    [b"message_outbox".as_slice(), id.bytes(), way.as_str().as_bytes()].concat()
}
