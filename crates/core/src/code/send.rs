//! Sending a code.

use super::model::{Change, NewCode, Purpose, SentCode, Slot};
use crate::audit::Source;
use crate::commit::{self, Commit, Guard};
use crate::fault::Fault;
use crate::id::CodeId;
use crate::limits::{self, LimitKind, Take, Throttled};
use crate::message::{self, Address, Channel, Message, Template};
use crate::parts::Parts;
use crate::ports::{Rng, random};
use crate::time::Span;
use crate::user::User;
use authms_crypto::{SecretString, hmac_sha256};
use std::borrow::Cow;

/// A code that somebody is to get.
#[derive(Clone, Copy, Debug)]
pub struct CodeFor<'a> {
    /// What it is good for.
    pub purpose: Purpose,
    /// Whose it is.
    pub user: &'a User,
    /// What it is bound to besides: a challenge's or session's identifier; zeros: nothing.
    pub scope: [u8; 16],
    /// Where it goes.
    pub to: &'a Address,
    /// What the message says.
    pub template: Template,
    /// How long it is good; [`TTL`](super::TTL) unless there is a reason.
    pub ttl: Span,
}

/// Why no code is sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SendError {
    /// There is no transport for this way.
    #[error("this service has no way to send messages by {}", .0.as_str())]
    NoTransport(Channel),
    /// The address, or the user at all addresses together, has been sent as many as they get.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A code on its way into a commit.
#[derive(Debug)]
pub struct Sending {
    /// No other was sent for the same thing within [`RESEND_AFTER`](super::RESEND_AFTER).
    pub guard: Guard,
    /// The code in its slot, and the message that carries it.
    pub changes: [commit::Change; 2],
    /// Names the code.
    pub id: CodeId,
    /// How long it is good.
    pub expires_in: Span,
}

impl Sending {
    /// Adds guard and changes to the commit of the act. A conflict at the guard means that it is too soon.
    #[must_use]
    pub fn onto(self, commit: Commit) -> Commit {
        commit.guard(self.guard).with(self.changes)
    }
}

/// Prepares a code and its message. The code itself is nowhere but in the sealed message: not in the outcome, not in
/// any log. Charges the budget of the address; those who proved something have one of their own, so that nobody
/// uses it up for them, and another over all addresses, so that nobody has many strangers written to.
///
/// # Errors
/// [`SendError`]
pub async fn send(parts: &Parts, ask: &CodeFor<'_>, source: &Source) -> Result<Sending, SendError> {
    require_transport(parts, ask.to.channel())?;
    let class = if ask.purpose.is_anonymous() { b'a' } else { b'p' };
    let key = [&[class], ask.user.tenant.bytes().as_slice(), ask.to.as_str().as_bytes()].concat();
    let mut takes = vec![Take::of(parts, LimitKind::Codes, &key)];
    if !ask.purpose.is_anonymous() {
        let everywhere = [b"u".as_slice(), ask.user.id.bytes()].concat();
        takes.push(Take::of(parts, LimitKind::Codes, &everywhere));
    }
    limits::charge(parts, &takes).await??;
    Ok(prepare(parts, ask, source))
}

/// Whether there is a way to send messages like this.
///
/// # Errors
/// [`SendError::NoTransport`]
pub(crate) fn require_transport(parts: &Parts, channel: Channel) -> Result<(), SendError> {
    let there = match channel {
        Channel::Email => parts.mailer.is_some(),
        Channel::Sms => parts.messenger.is_some(),
    };
    if there { Ok(()) } else { Err(SendError::NoTransport(channel)) }
}

fn prepare(parts: &Parts, ask: &CodeFor<'_>, source: &Source) -> Sending {
    let now = parts.now();
    let code = draw(&*parts.rng, parts.policy.code_digits);
    let (id, slot) = (CodeId::generate(now, &*parts.rng), Slot::of(ask.purpose, ask.user.id, &ask.scope));
    let language = message::language_for(parts, Some(ask.user), source);
    let minutes = ask.ttl.as_seconds() / 60;
    let link = message::reset_link(parts, ask, &code);
    let message = Message {
        tenant: ask.user.tenant,
        user: ask.user.id,
        to: ask.to.clone(),
        template: ask.template,
        language,
        values: vec![
            ("code", Cow::Owned(code.expose().to_owned())),
            ("minutes", Cow::Owned(minutes.to_string())),
            ("link", Cow::Owned(message::link_line(link, language))),
        ],
        expires_at: Some(now.plus(ask.ttl)),
    };
    let sent = SentCode {
        id,
        slot,
        user: ask.user.id,
        to: ask.to.clone(),
        code_hash: hash(parts, slot, id, code.expose()),
        attempts: 0,
        sent_at: now,
        expires_at: now.plus(ask.ttl),
    };
    let put = Change::Put(Box::new(NewCode { code: sent, ttl: ask.ttl }));
    Sending {
        guard: Guard::CodeDue(slot),
        changes: [commit::Change::Code(put), message::enqueue(parts, &message)],
        id,
        expires_in: ask.ttl,
    }
}

/// The HMAC of a code in its place: bound to purpose, user and scope by the slot, and to this very code.
pub(super) fn hash(parts: &Parts, slot: Slot, id: CodeId, code: &str) -> [u8; 32] {
    hmac_sha256(parts.secrets.code_mac.expose(), &[&slot.0, id.bytes(), code.as_bytes()])
}

/// So many digits, each code as likely as any other: a draw beyond the last whole multiple is thrown away.
fn draw(rng: &dyn Rng, digits: u8) -> SecretString {
    let codes = 10_u64.pow(u32::from(digits.clamp(6, 10)));
    let beyond = u64::MAX - u64::MAX % codes;
    loop {
        let drawn = u64::from_le_bytes(random(rng));
        if drawn < beyond {
            let width = usize::from(digits.clamp(6, 10));
            return SecretString::new(format!("{:0width$}", drawn % codes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    struct Drawn(Mutex<Vec<u64>>);
    impl Rng for Drawn {
        fn fill(&self, buffer: &mut [u8]) {
            let next = self.0.lock().expect("unpoisoned").remove(0);
            buffer.copy_from_slice(&next.to_le_bytes());
        }
    }

    #[test]
    fn codes_are_drawn_without_bias_and_keep_their_zeros() {
        let beyond = u64::MAX - u64::MAX % 1_000_000;
        let rng = Drawn(Mutex::new(vec![beyond, u64::MAX, beyond - 1, 7, 1_000_042]));
        assert_eq!(draw(&rng, 6).expose(), "999999", "what lies beyond is drawn again");
        assert_eq!(draw(&rng, 6).expose(), "000007");
        assert_eq!(draw(&rng, 6).expose(), "000042");
    }
}
