//! What may go wrong with one's own passkeys.

use crate::factor::FactorError;
use crate::fault::Fault;
use crate::text::InvalidText;

/// Why nothing was done with a passkey.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasskeyError {
    /// As with every factor.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// The caller has as many as are allowed.
    #[error("there are too many passkeys; remove one first")]
    TooMany,
    /// The registration is not accepted: one answer for all reasons; the audit log tells them apart.
    #[error("the passkey was not accepted")]
    Refused,
    /// The credential is registered, for whomever.
    #[error("this passkey is registered already")]
    Taken,
}

impl From<InvalidText> for PasskeyError {
    fn from(invalid: InvalidText) -> Self {
        Self::Factor(invalid.into())
    }
}

impl From<Fault> for PasskeyError {
    fn from(fault: Fault) -> Self {
        Self::Factor(fault.into())
    }
}
