//! What can be done to a cluster, and when: all of it follows from a seed.

mod schedule;

pub(crate) use schedule::{Pace, Step, schedule};

use serde::Serialize;

/// A kind of fault. In the order of their mending: a node needs its store, and a former primary must be gone before its
/// standby is let near it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Nothing more can be written where the store is
    DiskFull,
    /// The primary is fenced, and its standby promoted
    Failover,
    /// SIGKILL of the database
    KillDatabase,
    /// The standby loses its primary
    CutStandby,
    /// A link to the database is cut
    CutLink,
    /// A link swallows what is sent, in one direction or both
    BlackHole,
    /// A link is slow
    SlowLink,
    /// A node's clock is an hour off for a while
    ClockStep,
    /// SIGSTOP, and later SIGCONT
    PauseNode,
    /// SIGKILL of a node
    KillNode,
}

/// One fault, with where it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub(crate) enum Fault {
    DiskFull,
    Failover,
    KillDatabase,
    CutStandby,
    CutLink {
        node: usize,
    },
    /// Towards the database, and back.
    BlackHole {
        node: usize,
        there: bool,
        back: bool,
    },
    /// Each piece takes so much longer; bytes a second.
    SlowLink {
        node: usize,
        delay_ms: u64,
        rate: u32,
    },
    ClockStep {
        node: usize,
        seconds: i64,
    },
    PauseNode {
        node: usize,
    },
    KillNode {
        node: usize,
    },
}

impl Kind {
    /// One node on SQLite.
    pub(crate) const OF_SQLITE: [Self; 4] =
        [Self::DiskFull, Self::ClockStep, Self::PauseNode, Self::KillNode];
    /// PostgreSQL, and the links to it.
    pub(crate) const OF_DATABASE: [Self; 6] = [
        Self::Failover,
        Self::KillDatabase,
        Self::CutStandby,
        Self::CutLink,
        Self::BlackHole,
        Self::SlowLink,
    ];

    /// As on the command line.
    pub(crate) fn name(self) -> String {
        clap::ValueEnum::to_possible_value(&self)
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What it strikes.
    fn target(self) -> Target {
        match self {
            Self::DiskFull | Self::Failover | Self::KillDatabase => Target::Store,
            Self::CutStandby => Target::Standby,
            Self::CutLink | Self::BlackHole | Self::SlowLink => Target::Link,
            Self::ClockStep => Target::Clock,
            Self::PauseNode | Self::KillNode => Target::Process,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Store,
    Standby,
    Link,
    Clock,
    Process,
}

impl Fault {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::DiskFull => Kind::DiskFull,
            Self::Failover => Kind::Failover,
            Self::KillDatabase => Kind::KillDatabase,
            Self::CutStandby => Kind::CutStandby,
            Self::CutLink { .. } => Kind::CutLink,
            Self::BlackHole { .. } => Kind::BlackHole,
            Self::SlowLink { .. } => Kind::SlowLink,
            Self::ClockStep { .. } => Kind::ClockStep,
            Self::PauseNode { .. } => Kind::PauseNode,
            Self::KillNode { .. } => Kind::KillNode,
        }
    }
}
