//! What may go wrong with users.

use crate::access::Forbidden;
use crate::commit::{CommitError, Unique};
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::password::PasswordRefused;
use crate::text::InvalidText;
use crate::time::Timestamp;
use authms_crypto::ImportError;

/// Why nothing was done to a user.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UserError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// A user needs a name to sign in under.
    #[error("one of username, email, phone and external_id is needed")]
    Nameless,
    /// No such user in the caller's tenant.
    #[error("no such user")]
    Unknown,
    /// A name belongs to somebody else in the tenant, or reads like it.
    #[error("username, email, phone or external_id is taken, or reads like one that is")]
    Taken,
    /// The last super administrator must stay.
    #[error("the tenant's last super_admin must stay")]
    LastSuperAdmin,
    /// The new password is refused.
    #[error(transparent)]
    Password(#[from] PasswordRefused),
    /// The hash of another system cannot be taken over.
    #[error("password_hash {0}")]
    Hash(#[from] ImportError),
    /// The token that changes a password is used up.
    #[error("the token is no longer valid")]
    TokenOver,
    /// The user has no password.
    #[error("the user has no password")]
    NoPassword,
    /// The password was changed too recently.
    #[error("the password was changed too recently; it may be changed again from {0} on")]
    TooSoon(Timestamp),
    /// The present password is wrong.
    #[error("the present password is wrong")]
    WrongPassword,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for UserError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Taken(Unique::UserIdentifier) => Self::Taken,
            other => Fault::from(other).into(),
        }
    }
}
