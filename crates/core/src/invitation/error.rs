//! What may go wrong with invitations.

use crate::access::Forbidden;
use crate::commit::CommitError;
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::text::InvalidText;
use crate::user::UserError;

/// Why nothing was done with an invitation.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvitationError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// The lifetime is out of range.
    #[error("ttl_seconds must be between 300 and 2592000")]
    Lifetime,
    /// Somebody in the tenant has this e-mail address.
    #[error("the e-mail address is taken")]
    Taken,
    /// No such invitation in the caller's tenant.
    #[error("no such invitation")]
    Unknown,
    /// It was accepted, revoked, or is over.
    #[error("the invitation is no longer open")]
    Closed,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why no account was made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AcceptError {
    /// The invitation is not good: one answer for all reasons; the audit log tells them apart.
    #[error("the invitation is invalid or has expired")]
    Refused,
    /// It is good, but the chosen name or password is not.
    #[error(transparent)]
    User(#[from] UserError),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for InvitationError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(_) => Self::Closed,
            other => Fault::from(other).into(),
        }
    }
}
