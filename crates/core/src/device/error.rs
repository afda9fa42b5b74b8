//! What may go wrong with devices.

use crate::access::Forbidden;
use crate::commit::CommitError;
use crate::fault::Fault;
use crate::text::InvalidText;

/// Why nothing was done with a device.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DeviceError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// A member is malformed.
    #[error(transparent)]
    Invalid(#[from] InvalidText),
    /// Only whoever has proved a second factor in this session can have a device trusted.
    #[error("trusting a device needs a session in which a second factor was proved")]
    StepUp,
    /// No such user in the caller's tenant.
    #[error("no such user")]
    UnknownUser,
    /// The user has no such device.
    #[error("no such device")]
    Unknown,
    /// It was changed or forgotten at the same moment.
    #[error("the device was changed at the same moment")]
    Changed,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for DeviceError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(_) => Self::Changed,
            other => Fault::from(other).into(),
        }
    }
}
