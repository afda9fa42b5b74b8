//! What verification finds.

use crate::time::Timestamp;

/// What is wrong with a log: the first thing, in the order of its rows, which are counted from 0.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Wrong {
    /// A row is not what its leaf commits to.
    #[error("row {0} was changed")]
    Changed(u64),
    /// A row is missing whose retention is not over.
    #[error("row {0} was removed")]
    Removed(u64),
    /// A row was never sealed here.
    #[error("row {0} was inserted")]
    Inserted(u64),
    /// The rows do not make the root that was signed for them; which of them was changed was covered up.
    #[error("a row from {from} to {} was changed, removed or inserted, and its hashes rewritten", to - 1)]
    Rewritten {
        /// The first that it can be.
        from: u64,
        /// The first that it cannot be.
        to: u64,
    },
    /// There are fewer rows than a head was signed for.
    #[error("row {size} and all after it were removed: a head that was signed at {at} has {signed} rows")]
    Truncated {
        /// The rows that there are.
        size: u64,
        /// The rows that there were.
        signed: u64,
        /// When the head was signed.
        at: Timestamp,
    },
    /// Its head, or one of the heads kept of former days, was not signed by this key for this log.
    #[error("a head was not signed by this key for this log")]
    Head,
    /// Of the day of a head that was signed none is kept.
    #[error("no head is kept of the day of {0}, when one was signed")]
    HeadMissing(Timestamp),
    /// Two heads contradict each other.
    #[error("the head of {} rows that was signed at {at} is not one of this log's history", size)]
    Forked {
        /// Its size.
        size: u64,
        /// When it was signed.
        at: Timestamp,
    },
    /// A line is not one of an export, or not in its place.
    #[error("line {0} is not what an export has there")]
    Line(u64),
}

impl Wrong {
    /// The first row that it is about, if it is about rows.
    pub const fn row(&self) -> Option<u64> {
        match self {
            Self::Changed(row) | Self::Removed(row) | Self::Inserted(row) => Some(*row),
            Self::Rewritten { from, .. } => Some(*from),
            Self::Truncated { size, .. } => Some(*size),
            Self::Head | Self::HeadMissing(_) | Self::Forked { .. } | Self::Line(_) => None,
        }
    }
}
