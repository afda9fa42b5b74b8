//! What may go wrong with a recovery.

use crate::code::SendError;
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::message::Channel;
use crate::user::UserError;

/// Why no password was set anew.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The code is wrong, too old, used up, or there is nobody of that name: one answer.
    #[error("the code is invalid or has expired")]
    Refused,
    /// The last code was sent a moment ago.
    #[error("a code was sent less than a minute ago")]
    TooSoon,
    /// The user has no address that a code could be sent to.
    #[error("the user has neither an e-mail address nor a phone number that can be reached")]
    NoAddress,
    /// There is no transport for this way.
    #[error("this service has no way to send messages by {}", .0.as_str())]
    NoTransport(Channel),
    /// The user, the caller or the new password.
    #[error(transparent)]
    User(#[from] UserError),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<SendError> for RecoveryError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoTransport(channel) => Self::NoTransport(channel),
            SendError::Throttled(throttled) => throttled.into(),
            SendError::Fault(fault) => fault.into(),
        }
    }
}
