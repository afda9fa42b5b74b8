//! What an act was asked for with, besides its reason.

/// On which terms somebody acts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// Whether they may change anything, where the client lets them; else they only look.
    pub writes: bool,
    /// What the act is filed under elsewhere, such as a case number: 1–100 characters.
    pub reference: Option<String>,
}
