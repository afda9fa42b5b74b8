//! One-time codes as the store keeps them.

use crate::id::{CodeId, UserId};
use crate::message::Address;
use crate::time::{Span, Timestamp};
use authms_crypto::sha256;

/// What a code is good for, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To set a forgotten password anew.
    ResetPassword,
    /// To sign in with.
    SignIn,
    /// As a further proof at a sign-in.
    SecondFactor,
    /// To show whose the account is before a factor is enrolled.
    Enrolment,
    /// To show that one reads what is sent to the address of a new factor; bound to that factor.
    NewFactor,
    /// To prove a factor again in a session; bound to that session.
    StepUp,
    /// To show that a new e-mail address is the user's.
    ChangeEmail,
    /// To show that a new phone number is the user's.
    ChangePhone,
}

impl Purpose {
    /// The stable word for keys and the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Enrolment => "enrolment",
            Self::NewFactor => "new_factor",
            Self::StepUp => "step_up",
            Self::ChangeEmail => "change_email",
            Self::ChangePhone => "change_phone",
        }
    }

    /// Whether anybody may ask for it, without any proof.
    pub const fn is_anonymous(self) -> bool {
        matches!(self, Self::ResetPassword | Self::SignIn)
    }
}

/// Where the last code for a purpose, a user and what it is bound to is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Slot(pub [u8; 32]);

impl Slot {
    /// The slot. `scope` names what the code is bound to, such as a challenge or a session; zeros: nothing more.
    pub fn of(purpose: Purpose, user: UserId, scope: &[u8; 16]) -> Self {
        // The two before the purpose have a fixed length, so that no two lists are joined to the same bytes.
        Self(sha256(&[user.bytes().as_slice(), scope, purpose.as_str().as_bytes()].concat()))
    }
}

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct SentCode {
    /// Its identifier.
    pub id: CodeId,
    /// Where it stands.
    pub slot: Slot,
    /// Whose it is.
    pub user: UserId,
    /// Where it was sent: whoever types it has read what is sent there.
    pub to: Address,
    /// HMAC of the code.
    pub code_hash: [u8; 32],
    /// Wrong codes tried.
    pub attempts: u8,
    /// When.
    pub sent_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A code about to be sent; the commit's time is when.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// The code; its times are not looked at.
    pub code: SentCode,
    /// How long it is good.
    pub ttl: Span,
}

/// What a commit may do to codes.
#[derive(Clone, Debug)]
pub enum Change {
    /// Puts a code in its slot, in place of the one before.
    Put(Box<NewCode>),
    /// Counts a wrong attempt.
    Fail(Slot),
    /// Uses the code up.
    Spend(Slot),
}
