//! What may go wrong in every use case.

use crate::commit::CommitError;
use crate::ports::{Down, Overloaded};

/// The act was not refused, it could not be carried out; the caller may try again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// Too much is waiting; nothing was written.
    #[error("too busy")]
    Busy,
    /// The store does not answer; nothing was written.
    #[error("the store is unavailable")]
    Unavailable,
    /// The store failed while committing; perhaps it was written.
    #[error("the outcome is unknown")]
    Unknown,
    /// Somebody else changed the same thing at the same moment; nothing was written.
    #[error("changed by somebody else at the same moment")]
    Changed,
}

impl From<Down> for Fault {
    fn from(_: Down) -> Self {
        Self::Unavailable
    }
}

impl From<Overloaded> for Fault {
    fn from(_: Overloaded) -> Self {
        Self::Busy
    }
}

/// For commits whose conflicts have no name of their own.
impl From<CommitError> for Fault {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(_) | CommitError::Taken(_) => Self::Changed,
            CommitError::Busy => Self::Busy,
            CommitError::Unavailable => Self::Unavailable,
            CommitError::Unknown => Self::Unknown,
        }
    }
}
