//! What is done to a cluster.

use crate::cluster::Engine;
use serde::Serialize;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Nothing more can be written where the store is
    DiskFull,
    /// A node's clock is an hour off for a while
    ClockStep,
    /// SIGSTOP, and later SIGCONT
    PauseNode,
    /// SIGKILL
    KillNode,
}

/// One fault, with where it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub(crate) enum Fault {
    DiskFull,
    ClockStep { node: usize, seconds: i64 },
    PauseNode { node: usize },
    KillNode { node: usize },
}

impl Kind {
    /// All that can be done to that engine's cluster.
    pub(crate) fn of(engine: Engine) -> Vec<Self> {
        match engine {
            Engine::Sqlite => vec![Self::DiskFull, Self::ClockStep, Self::PauseNode, Self::KillNode],
        }
    }
}

impl Fault {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::DiskFull => Kind::DiskFull,
            Self::ClockStep { .. } => Kind::ClockStep,
            Self::PauseNode { .. } => Kind::PauseNode,
            Self::KillNode { .. } => Kind::KillNode,
        }
    }
}

/// Two faults at once strike different things: a node's process, its clock, the store.
pub(crate) fn may_meet(one: Fault, other: Fault) -> bool {
    let process = |fault: Fault| matches!(fault.kind(), Kind::KillNode | Kind::PauseNode);
    one.kind() != other.kind() && !(process(one) && process(other))
}
