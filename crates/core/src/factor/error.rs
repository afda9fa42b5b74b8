//! What may go wrong with factors.

use super::model::FactorKind;
use crate::access::Forbidden;
use crate::code::SendError;
use crate::commit::CommitError;
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::message::Channel;
use crate::mfa::StepUpError;
use crate::text::InvalidText;
use crate::user::UserError;

/// Why nothing was done to a factor.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FactorError {
    /// The caller has to prove themself first.
    #[error(transparent)]
    StepUp(StepUpError),
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// The user has no such factor.
    #[error("no such factor")]
    Unknown,
    /// The code is wrong.
    #[error("the code is wrong")]
    Wrong,
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// No enrolment waits for this.
    #[error("no enrolment is waiting; begin anew")]
    NothingPending,
    /// The user has none of this kind that could be proved now.
    #[error("no usable factor of the kind {}", .0.as_str())]
    NotUsable(FactorKind),
    /// The user has as many of this kind as are allowed.
    #[error("no more than {0} are allowed")]
    TooMany(u32),
    /// The tenant asks for a factor, and this is the user's last.
    #[error("the tenant asks for a second factor: enrol another first")]
    Last,
    /// Recovery codes stand beside another factor.
    #[error("enrol another factor first")]
    Alone,
    /// Codes are sent to the address that was enrolled, and to no other.
    #[error("codes go to the address that was enrolled, and to no other")]
    OtherAddress,
    /// The last code was sent a moment ago.
    #[error("a code was sent less than a minute ago")]
    TooSoon,
    /// There is no transport for this way.
    #[error("this service has no way to send messages by {}", .0.as_str())]
    NoTransport(Channel),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for FactorError {
    fn from(error: CommitError) -> Self {
        Fault::from(error).into()
    }
}

/// Of looking for a user whom the caller may administer.
impl From<UserError> for FactorError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Forbidden(forbidden) => forbidden.into(),
            UserError::Fault(fault) => fault.into(),
            _ => Self::UnknownUser,
        }
    }
}

impl From<StepUpError> for FactorError {
    fn from(error: StepUpError) -> Self {
        match error {
            StepUpError::Forbidden(forbidden) => forbidden.into(),
            StepUpError::Fault(fault) => fault.into(),
            other => Self::StepUp(other),
        }
    }
}

impl From<SendError> for FactorError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoTransport(channel) => Self::NoTransport(channel),
            SendError::Throttled(throttled) => throttled.into(),
            SendError::Fault(fault) => fault.into(),
        }
    }
}
