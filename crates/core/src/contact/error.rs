//! What may go wrong with an address.

use crate::code::SendError;
use crate::fault::Fault;
use crate::limits::Throttled;
use crate::message::Channel;
use crate::text::InvalidText;
use crate::user::UserError;

/// Why an address was not changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ContactError {
    /// The code is wrong, too old, used up, or was never asked for in this session.
    #[error("the code is invalid or has expired")]
    Refused,
    /// The last code was sent a moment ago.
    #[error("a code was sent less than a minute ago")]
    TooSoon,
    /// There is no transport for this way.
    #[error("this service has no way to send messages by {}", .0.as_str())]
    NoTransport(Channel),
    /// The address, the password, or somebody else has it.
    #[error(transparent)]
    User(#[from] UserError),
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<InvalidText> for ContactError {
    fn from(invalid: InvalidText) -> Self {
        Self::User(invalid.into())
    }
}

impl From<SendError> for ContactError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NoTransport(channel) => Self::NoTransport(channel),
            SendError::Throttled(throttled) => throttled.into(),
            SendError::Fault(fault) => fault.into(),
        }
    }
}
