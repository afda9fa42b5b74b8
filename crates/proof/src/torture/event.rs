//! What a client did and saw, one line each, written down before it goes on.

use crate::Result;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// Microseconds since the torture began, by one clock for all histories.
    pub(crate) at: u64,
    /// Every event belongs to a ticket; its session and tokens came out of it.
    pub(crate) ticket: String,
    #[serde(flatten)]
    pub(crate) what: What,
}

/// What happened. A request is written down as sent, then as answered or as lost; `Minted` needs no `sent`, since
/// a lost mint leaves nothing that could be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum What {
    /// Times are `at` times.
    Minted {
        expires: u64,
    },
    RedeemSent {
        key: Option<String>,
    },
    Redeemed {
        key: Option<String>,
        session: String,
        refresh: String,
        access: String,
        expires: u64,
    },
    RedeemRefused {
        key: Option<String>,
        status: u16,
    },
    RedeemLost {
        key: Option<String>,
    },
    RefreshSent {
        from: String,
    },
    Refreshed {
        from: String,
        session: String,
        refresh: String,
        access: String,
        expires: u64,
    },
    RefreshRefused {
        from: String,
        status: u16,
    },
    RefreshLost {
        from: String,
    },
    LogoutSent,
    LoggedOut,
    LogoutRefused {
        status: u16,
    },
    LogoutLost,
    /// `GET /auth/me` with the newest access token.
    Seen {
        status: u16,
    },
}

/// An append-only file, synced line by line.
#[derive(Debug)]
pub(crate) struct History {
    file: File,
    started: Instant,
}

impl History {
    pub(crate) fn create(path: &Path, started: Instant) -> Result<Self> {
        Ok(Self { file: OpenOptions::new().create_new(true).append(true).open(path)?, started })
    }

    pub(crate) fn now(&self) -> u64 {
        self.started.elapsed().as_micros() as u64
    }

    /// The `at` time that lies `ahead` of now.
    pub(crate) fn after(&self, ahead: Duration) -> u64 {
        self.now() + ahead.as_micros() as u64
    }

    /// Returns once the line is on disk.
    pub(crate) fn append(&mut self, ticket: &str, what: What) -> Result<Event> {
        let event = Event { at: self.now(), ticket: ticket.to_owned(), what };
        let mut line = serde_json::to_vec(&event)?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        Ok(event)
    }
}

/// All events of a history file.
pub(crate) fn read(path: &Path) -> Result<Vec<Event>> {
    let text = std::fs::read_to_string(path)?;
    text.lines().map(|line| serde_json::from_str(line).map_err(Into::into)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::TempDir;

    #[test]
    fn a_history_reads_back_as_written() {
        let dir = TempDir::new("history").expect("directory");
        let path = dir.path().join("h.jsonl");
        let mut history = History::create(&path, Instant::now()).expect("create");
        let key = Some("k".to_owned());
        let written = [
            history.append("t", What::Minted { expires: 5 }).expect("append"),
            history.append("t", What::RedeemSent { key: key.clone() }).expect("append"),
            history.append("t", What::RedeemRefused { key, status: 400 }).expect("append"),
            history.append("t", What::LoggedOut).expect("append"),
        ];
        assert_eq!(read(&path).expect("read"), written);
    }
}
