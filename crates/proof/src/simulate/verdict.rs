//! What a run came to.

use crate::promise::Promise;
use serde::Serialize;
use std::collections::BTreeMap;

/// A promise that was broken, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Violation {
    pub(crate) promise: Promise,
    pub(crate) what: String,
}

/// What one seed came to.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) violations: Vec<Violation>,
    /// How often each thing happened: a simulation in which nothing happens finds nothing.
    pub(crate) happened: BTreeMap<&'static str, u64>,
    /// Follows from everything that happened, in its order.
    pub(crate) digest: u64,
}
