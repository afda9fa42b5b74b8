//! What can be broken.

use serde::Serialize;

/// A kind of broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Promise {
    /// One ticket let in twice.
    Doubled,
    /// A request that its sender may repeat was answered differently when repeated.
    Differs,
    /// One refresh token has two successors: its family lives twice.
    Forked,
    /// What was ended or revoked lives.
    Resurrected,
    /// An acknowledged mint cannot be redeemed.
    LostMint,
    /// An acknowledged sign-in or refresh is not there any more.
    LostSession,
    /// A request that its sender may repeat was refused when repeated.
    LostRetry,
    /// An acknowledged end is not in the store.
    LostEnd,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Violation {
    pub(crate) promise: Promise,
    pub(crate) ticket: String,
    /// When it showed: microseconds since the torture began. At the end, if only the store shows it.
    pub(crate) at: u64,
    pub(crate) what: String,
}
