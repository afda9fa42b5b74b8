//! Where the server that is measured keeps what it knows.

use crate::Result;
use crate::process::Meter;
use authms_testkit::postgres::{ABSENT, Programs, Server};
use std::path::Path;
use std::time::Duration;

/// What `--store` chooses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kept {
    /// In a file
    Sqlite,
    /// In a server of PostgreSQL that is started for it, on the same disk and as durable
    Postgres,
}

/// Room as a server for this load would have it; whatever makes it durable is as PostgreSQL has it.
const SETTINGS: [(&str, &str); 3] =
    [("shared_buffers", "256MB"), ("max_wal_size", "4GB"), ("checkpoint_timeout", "15min")];
/// The database on it.
const DATABASE: &str = "authms";

/// A store that is ready to be used.
pub(crate) enum Store {
    /// Files of the server's own.
    Files,
    Postgres(Server),
}

impl Store {
    /// Makes it below this directory, if it is not the server's own.
    pub(crate) fn start(kept: Kept, data: &Path) -> Result<Self> {
        if kept == Kept::Sqlite {
            return Ok(Self::Files);
        }
        let programs = Programs::find().ok_or(ABSENT)?;
        let parent = data.parent().unwrap_or(data);
        let server = Server::start_below(parent, &programs, &SETTINGS);
        server.query("postgres", &format!("CREATE DATABASE {DATABASE}"))?;
        Ok(Self::Postgres(server))
    }

    /// What leads the server to it.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Files => Vec::new(),
            Self::Postgres(server) => vec![("AUTHMS_STORE__URL", server.url(DATABASE))],
        }
    }

    /// User and system time of all its processes that live.
    pub(crate) fn cpu(&self) -> Duration {
        match self {
            Self::Files => Duration::ZERO,
            Self::Postgres(server) => {
                server.processes().into_iter().filter_map(|pid| Meter::of(pid).cpu().ok()).sum()
            }
        }
    }
}
