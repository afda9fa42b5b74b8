//! Logs, their trees, and what sealing does to them.

use super::edge::Tile;
use super::entry::{Entry, SALT};
use crate::audit::outlet::OutletChange;
use crate::audit::{ExportChange, Verification};
use crate::id::{EventId, TenantId, UserId};
use crate::time::{Day, Span, Timestamp};
use std::fmt;

/// How long a sealer is left alone: as long after its last commit nobody else seals.
pub const LEASE: Span = Span::seconds(5);

/// Which log: a tenant's, or the installation's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Log(pub Option<TenantId>);

impl Log {
    const INSTALLATION: &'static str = "installation";

    /// By its text form.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::INSTALLATION {
            Some(Self(None))
        } else {
            TenantId::parse(text).map(|t| Self(Some(t)))
        }
    }

    /// The 16 bytes that storage keeps: zeros, which no identifier is, for the installation's own.
    pub fn bytes(&self) -> [u8; 16] {
        self.0.map_or([0; 16], |tenant| *tenant.bytes())
    }

    /// Of stored bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self((bytes != [0; 16]).then(|| TenantId::from_bytes(bytes)))
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(tenant) => tenant.fmt(f),
            None => f.write_str(Self::INSTALLATION),
        }
    }
}

/// A log's tree as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tree {
    /// The store's short name of it; 0: it is not there yet.
    pub number: u32,
    /// Whose log.
    pub log: Log,
    /// How many leaves.
    pub size: u64,
    /// How many of the first leaves have no row any more.
    pub erased: u64,
    /// The last head, signed; empty without leaves.
    pub head: String,
    /// When it was last sealed.
    pub sealed_at: Timestamp,
}

/// The last head of a day, as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptHead {
    /// The day.
    pub day: Day,
    /// How many leaves it is of.
    pub size: u64,
    /// Signed.
    pub head: String,
}

/// A tree, with the tiles at its edge.
pub type TreeWithEdge = (Tree, Vec<Tile>);

/// Who seals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sealer {
    /// The node that sealed last.
    pub holder: [u8; 16],
    /// Until when others leave it alone.
    pub until: Timestamp,
    /// Counts the sealing commits; 0: nothing was ever sealed.
    pub rev: u64,
}

/// A row that is not sealed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// The store's name of it, until it is sealed.
    pub seq: i64,
    /// Whose log it is for.
    pub log: Log,
    /// The event's identifier.
    pub id: EventId,
    /// The event's name.
    pub name: String,
    /// When it was committed.
    pub at: Timestamp,
    /// Canonical bytes.
    pub body: Vec<u8>,
}

/// Everything that sealing reads, in one go.
#[derive(Clone, Debug, Default)]
pub struct Sealing {
    /// Who seals.
    pub sealer: Sealer,
    /// The oldest rows that wait.
    pub pending: Vec<Pending>,
    /// The trees of their logs that are there, each with the tiles at its edge.
    pub trees: Vec<TreeWithEdge>,
}

/// A sealed row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its leaf, counted from 0.
    pub index: u64,
    /// The event's identifier.
    pub id: EventId,
    /// The event's name.
    pub name: String,
    /// Hides what the leaf commits to.
    pub salt: [u8; SALT],
    /// Canonical bytes.
    pub body: Vec<u8>,
}

impl Row {
    /// What its leaf commits to.
    pub fn entry(&self) -> Entry {
        Entry { salt: self.salt, body: self.body.clone() }
    }
}

/// A tree that has grown.
#[derive(Clone, Debug)]
pub struct Grown {
    /// As it is now.
    pub tree: Tree,
    /// How many leaves it had; 0: it is new.
    pub from: u64,
    /// The new leaves' rows.
    pub rows: Vec<Row>,
    /// Those of them that users are told of what concerns them: whom, which, and its leaf.
    pub told: Vec<(UserId, EventId, u64)>,
    /// The tiles that are new or fuller than before.
    pub tiles: Vec<Tile>,
}

/// A sealing.
#[derive(Clone, Debug)]
pub struct Seal {
    /// The trees that grow.
    pub trees: Vec<Grown>,
    /// The rows that wait no longer.
    pub taken: Vec<i64>,
    /// The latest time at which any of them was committed.
    pub last_at: Timestamp,
    /// Who seals.
    pub holder: [u8; 16],
    /// Until when others leave it alone.
    pub until: Timestamp,
}

/// An erasure.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// The tree as it is now.
    pub tree: Tree,
    /// The first leaf whose row goes; those below its `erased` do.
    pub from: u64,
    /// What users were told of them.
    pub told: Vec<(UserId, EventId)>,
}

/// What a commit may do to the log, besides leaving rows to be sealed.
#[derive(Clone, Debug)]
pub enum Change {
    /// Seals rows that wait; guarded by [`SealerAsRead`](crate::commit::Guard::SealerAsRead).
    Seal(Box<Seal>),
    /// Erases the rows of leaves; guarded in the same way.
    Erase(Box<Erasure>),
    /// To exports.
    Export(ExportChange),
    /// Notes a verification.
    Verify(Box<Verification>),
    /// Notes that a user has seen what they were told.
    Dismiss {
        /// Who.
        user: UserId,
        /// Which event.
        id: EventId,
    },
    /// To places outside.
    Outlet(OutletChange),
}
