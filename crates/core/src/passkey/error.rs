//! What may go wrong with one's own passkeys.

use crate::access::Forbidden;
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::text::InvalidText;

/// Why nothing was done with a passkey.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The caller has to prove anew who they are.
    #[error("sign in again, or give the present password")]
    StepUp,
    /// The present password is wrong.
    #[error("the present password is wrong")]
    WrongPassword,
    /// The caller has as many as are allowed.
    #[error("there are too many passkeys; remove one first")]
    TooMany,
    /// The registration is not accepted: one answer for all reasons; the audit log tells them apart.
    #[error("the passkey was not accepted")]
    Refused,
    /// The credential is registered, for whomever.
    #[error("this passkey is registered already")]
    Taken,
    /// The caller has no such passkey.
    #[error("no such passkey")]
    Unknown,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}
