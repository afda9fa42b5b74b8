//! Places outside, how far each has come, and what a commit may do to that.

use crate::audit::log::{Log, Tree};
use crate::time::Timestamp;

/// Who keeps heads elsewhere, told by webhook.
pub const ANCHOR: &str = "anchor";

/// A file of events.
pub const SIEM_FILE: &str = "siem.file";

/// A server of syslog.
pub const SIEM_SYSLOG: &str = "siem.syslog";

/// How a place stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outlet {
    /// Counts whoever worked on it: only the last may go on.
    pub turn: u64,
    /// Until then somebody works on it, or it is left alone.
    pub free_at: Timestamp,
    /// When something last arrived.
    pub told_at: Timestamp,
    /// Rows that were erased before they were told.
    pub skipped: u64,
    /// Failures in a row.
    pub failures: u32,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
}

/// A log that has grown since a place was told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Untold {
    /// As it is now.
    pub tree: Tree,
    /// The first leaf that was not told.
    pub next: u64,
    /// The last head that was told, signed.
    pub head: Option<String>,
}

/// How far a place has come in a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Which log.
    pub log: Log,
    /// The first leaf that was not told.
    pub next: u64,
    /// The last head that was told, signed.
    pub head: Option<String>,
}

/// What a commit may do to a place.
#[derive(Clone, Debug)]
pub enum OutletChange {
    /// Begins a turn; guarded by [`OutletTurn`](crate::commit::Guard::OutletTurn) with the turn before, as all that follows with the
    /// present one.
    Take {
        /// Which.
        name: &'static str,
        /// Until when others leave it alone.
        until: Timestamp,
    },
    /// Notes what arrived.
    Tell {
        /// Which.
        name: &'static str,
        /// How far it has come.
        told: Vec<Told>,
        /// How many rows of those were erased before.
        skipped: u64,
        /// Now.
        at: Timestamp,
        /// Until when others leave it alone.
        until: Timestamp,
    },
    /// Ends a turn.
    Rest {
        /// Which.
        name: &'static str,
        /// Until when it is left alone.
        until: Timestamp,
        /// [`Outlet::failures`] now.
        failures: u32,
        /// [`Outlet::failing_since`] now.
        failing_since: Option<Timestamp>,
    },
}
