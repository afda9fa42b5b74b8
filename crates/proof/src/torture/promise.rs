//! What can be certain, and what can be broken.

/// How sure it is that a thing happened; the surer, the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sure {
    #[default]
    No,
    /// It was asked for and no answer came.
    Perhaps,
    Yes,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", content = "ticket", rename_all = "snake_case")]
pub(crate) enum Violation {
    /// An acknowledged mint cannot be redeemed.
    LostMint(String),
    /// An acknowledged sign-in is not there any more.
    LostSession(String),
    /// A request that was lost, and that its sender may repeat, was refused when repeated.
    LostRetry(String),
    /// One ticket let in twice, or gave two different answers to one key.
    Doubled(String),
    /// A session that was ended lives.
    Resurrected(String),
}
