//! What an act was asked for with, besides its reason, and what was cleared before it.

use crate::id::ActRequestId;

/// On which terms somebody acts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Whether they may change anything, where the client lets them; else they only look.
    pub writes: bool,
    /// What the act is filed under elsewhere, such as a case number: 1–100 characters.
    pub reference: Option<String>,
    /// The request that was used for it.
    pub request: Option<ActRequestId>,
    /// Whether another administrator approved that.
    pub approved: bool,
    /// Whether the user agreed to it.
    pub agreed: bool,
    /// Whether nobody was to be asked: others are told in the same commit.
    pub broke_glass: bool,
}
