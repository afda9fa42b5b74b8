//! Which answers a wrong clock explains.

use crate::torture::history::Op;

/// A node's clock was wrong for a while. Microseconds since the torture began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skew {
    pub(crate) node: usize,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// All wrong clocks of a torture.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    /// The store goes by the node's clock: SQLite does, PostgreSQL by its own.
    pub(crate) of_store: bool,
    pub(crate) skews: Vec<Skew>,
}

impl Clocks {
    /// A wrong clock excuses a refusal, for what was expired by that clock, and never a grant. It does so at the node
    /// that has it; where the store goes by it, it does for everything that was minted before it was right again.
    pub(super) fn excuse(&self, minted: u64, op: &Op) -> bool {
        self.skews.iter().any(|skew| match self.of_store {
            true => skew.from < op.to && minted < skew.to,
            false => skew.node == op.node && skew.from < op.to && op.from < skew.to,
        })
    }

    /// The store's own time went ahead, so that it may have swept away what is not yet due.
    pub(super) fn may_have_swept(&self) -> bool {
        self.of_store && !self.skews.is_empty()
    }
}
