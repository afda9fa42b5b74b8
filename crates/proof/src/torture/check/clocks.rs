//! Which answers a wrong clock explains: only those of a store that has no other clock.

use crate::torture::history::Op;

/// The store's clock was wrong for a while. Microseconds since the torture began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// Whenever the store's clock was wrong. SQLite's is its node's; on PostgreSQL every node goes by the database's, which nobody
/// sets here: there a node's wrong clock explains nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    pub(crate) skews: Vec<Skew>,
}

impl Clocks {
    /// A wrong clock excuses a refusal of what was minted before it was right again, for what was expired by that clock, and
    /// never a grant.
    pub(super) fn excuse(&self, minted: u64, op: &Op) -> bool {
        self.skews.iter().any(|skew| skew.from < op.to && minted < skew.to)
    }

    /// The store's own time went ahead, so that it may have swept away what is not yet due.
    pub(super) fn may_have_swept(&self) -> bool {
        !self.skews.is_empty()
    }
}
