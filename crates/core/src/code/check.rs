//! Checking a code.

use super::ATTEMPTS;
use super::model::{Change, Purpose, Slot};
use super::send::hash;
use crate::commit::{self, Commit, Guard};
use crate::fault::Fault;
use crate::id::UserId;
use crate::message::Address;
use crate::parts::Parts;
use authms_crypto::{SecretString, ct_eq};

/// What comes of a typed code, once the commit that carries it is written; before that it means nothing.
#[derive(Debug)]
pub struct Checked {
    /// Whether it is the code that was sent.
    pub right: bool,
    /// Right and wrong share it: the same code is still open, and has attempts left.
    pub guard: Guard,
    /// Uses the code up if it is right, else counts the attempt.
    pub change: commit::Change,
    /// Where the code was sent.
    pub to: Address,
}

impl Checked {
    /// Adds guard and change to the commit of the act. A conflict at the guard is answered like a wrong code.
    #[must_use]
    pub fn onto(self, commit: Commit) -> Commit {
        commit.guard(self.guard).change(self.change)
    }
}

/// Compares a typed code with the one that was sent to this user for this purpose, bound to `scope`. `None`: there is
/// none, it is too old, or too many wrong ones were tried.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn check(
    parts: &Parts,
    user: UserId,
    purpose: Purpose,
    scope: &[u8; 16],
    typed: &SecretString,
) -> Result<Option<Checked>, Fault> {
    let slot = Slot::of(purpose, user, scope);
    let Some(sent) = parts.store.sent_code(slot).await? else { return Ok(None) };
    if sent.user != user || sent.attempts >= ATTEMPTS || sent.expires_at <= parts.now() {
        return Ok(None);
    }
    // As people type what they read: in groups, or with full-width digits.
    let typed = SecretString::new(crate::text::fold(typed.expose()).replace([' ', '-'], ""));
    let right = ct_eq(&hash(parts, slot, sent.id, typed.expose()), &sent.code_hash);
    Ok(Some(Checked {
        right,
        guard: Guard::CodeOpen { slot, id: sent.id, attempts_below: ATTEMPTS },
        change: commit::Change::Code(if right { Change::Spend(slot) } else { Change::Fail(slot) }),
        to: sent.to,
    }))
}
