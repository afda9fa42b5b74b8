//! What may go wrong with requests to act.

use crate::access::Forbidden;
use crate::commit::CommitError;
use crate::fault::Fault;
use crate::ticket::MintError;

/// Why nothing was done with a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ActRequestError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No ticket would be minted for it.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// No such request in the caller's tenant, or none that concerns them.
    #[error("no such request")]
    Unknown,
    /// The caller asked for it themself.
    #[error("somebody else must approve this")]
    OwnRequest,
    /// The caller has not proved a second factor just now.
    #[error("approving needs a second factor that was proved just now")]
    NotFresh,
    /// It was decided, used, or is over.
    #[error("the request is no longer open")]
    Closed,
    /// It could not be carried out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<CommitError> for ActRequestError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict(_) => Self::Closed,
            other => Fault::from(other).into(),
        }
    }
}
