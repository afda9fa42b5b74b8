//! What a client asked and was answered: two lines each, the first written down before the request leaves.

use crate::Result;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// One line of a history. Times are microseconds since the torture began, by one clock for all histories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    at: u64,
    /// Counts the requests of one client.
    op: u64,
    #[serde(flatten)]
    moment: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Moment {
    Asked {
        node: usize,
        /// Nothing yet for a mint.
        ticket: Option<String>,
        call: Call,
    },
    Answered(Outcome),
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub(crate) enum Call {
    Mint,
    Redeem {
        key: Option<String>,
    },
    Refresh {
        token: String,
    },
    Logout,
    /// Of the ticket.
    Revoke,
    /// `GET /auth/me` with an access token that is good until then.
    Look {
        until: u64,
    },
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    Minted {
        ticket: String,
        id: String,
        expires: u64,
    },
    Tokens(Issued),
    Done,
    Refused {
        status: u16,
        code: u64,
    },
    /// No answer, or one that leaves it open: it may have happened, or may yet happen.
    Unknown,
}

/// What a sign-in or a refresh handed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) session: String,
    pub(crate) refresh: String,
    pub(crate) access: String,
    /// Of the access token.
    pub(crate) until: u64,
}

/// One request from its beginning to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) node: usize,
    /// Empty for a mint without an answer.
    pub(crate) ticket: String,
    pub(crate) call: Call,
    pub(crate) outcome: Outcome,
    pub(crate) from: u64,
    /// [`NEVER`] while the outcome is unknown: a paused server may still carry it out.
    pub(crate) to: u64,
}

/// Later than everything.
pub(crate) const NEVER: u64 = u64::MAX;

impl Op {
    /// It happened, or may have.
    pub(crate) fn may_have_happened(&self) -> bool {
        !matches!(self.outcome, Outcome::Refused { .. })
    }

    pub(crate) fn issued(&self) -> Option<&Issued> {
        match &self.outcome {
            Outcome::Tokens(issued) => Some(issued),
            _ => None,
        }
    }

    /// The numeric code it was refused with.
    pub(crate) fn refusal(&self) -> Option<u64> {
        match self.outcome {
            Outcome::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

/// An append-only file of one client's. Our own end would not lose a line: the kernel has each.
#[derive(Debug)]
pub(crate) struct History {
    file: File,
    started: Instant,
    ops: u64,
}

impl History {
    pub(crate) fn create(path: &Path, started: Instant) -> Result<Self> {
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        Ok(Self { file, started, ops: 0 })
    }

    /// The time that lies `ahead` of now.
    pub(crate) fn after(&self, ahead: Duration) -> u64 {
        (self.started.elapsed() + ahead).as_micros() as u64
    }

    /// Gives the request's number.
    pub(crate) fn asked(&mut self, node: usize, ticket: Option<&str>, call: Call) -> Result<u64> {
        self.ops += 1;
        let ticket = ticket.map(str::to_owned);
        self.append(self.ops, Moment::Asked { node, ticket, call })?;
        Ok(self.ops)
    }

    pub(crate) fn answered(&mut self, op: u64, outcome: Outcome) -> Result<()> {
        self.append(op, Moment::Answered(outcome))
    }

    fn append(&mut self, op: u64, moment: Moment) -> Result<()> {
        let mut line = serde_json::to_vec(&Line { at: self.after(Duration::ZERO), op, moment })?;
        line.push(b'\n');
        self.file.write_all(&line)?;
        Ok(())
    }
}

/// All requests of a history file. What was never answered is unknown.
pub(crate) fn read(path: &Path) -> Result<Vec<Op>> {
    let text = std::fs::read_to_string(path)?;
    let mut ops: Vec<Op> = Vec::new();
    let mut places = HashMap::new();
    for line in text.lines() {
        let Line { at, op, moment } = serde_json::from_str(line)?;
        match moment {
            Moment::Asked { node, ticket, call } => {
                places.insert(op, ops.len());
                let ticket = ticket.unwrap_or_default();
                ops.push(Op { node, ticket, call, outcome: Outcome::Unknown, from: at, to: NEVER });
            }
            Moment::Answered(outcome) => {
                let op = &mut ops[*places.get(&op).ok_or("an answer without a question")?];
                op.to = if outcome == Outcome::Unknown { NEVER } else { at };
                if let Outcome::Minted { ticket, .. } = &outcome {
                    op.ticket.clone_from(ticket);
                }
                op.outcome = outcome;
            }
        }
    }
    Ok(ops)
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
        let mint = history.asked(0, None, Call::Mint).expect("asked");
        let minted = Outcome::Minted { ticket: "t".into(), id: "i".into(), expires: 5 };
        history.answered(mint, minted.clone()).expect("answered");
        let key = Some("k".to_owned());
        let redeem = history.asked(2, Some("t"), Call::Redeem { key: key.clone() }).expect("asked");
        let issued = Issued { session: "s".into(), refresh: "r".into(), access: "a".into(), until: 9 };
        history.answered(redeem, Outcome::Tokens(issued.clone())).expect("answered");
        history.asked(1, Some("t"), Call::Look { until: 9 }).expect("asked");
        let lost = history.asked(1, Some("t"), Call::Logout).expect("asked");
        history.answered(lost, Outcome::Unknown).expect("answered");
        let ops = read(&path).expect("read");
        assert_eq!(ops.iter().map(|op| op.node).collect::<Vec<_>>(), [0, 2, 1, 1]);
        assert_eq!(ops.iter().map(|op| op.ticket.as_str()).collect::<Vec<_>>(), ["t"; 4]);
        assert_eq!((&ops[0].outcome, ops[1].issued()), (&minted, Some(&issued)));
        assert!(ops[0].from <= ops[0].to && ops[0].to <= ops[1].from);
        assert_eq!((&ops[2].outcome, &ops[3].outcome), (&Outcome::Unknown, &Outcome::Unknown));
        assert_eq!((ops[2].to, ops[3].to), (NEVER, NEVER));
    }
}
