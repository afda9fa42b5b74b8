//! What holds for a session: it is there until it ends, it stays ended, and its refresh tokens are one chain.

use super::{Life, MARGIN, Promise, seconds};
use crate::torture::history::{Call, Issued, NEVER, Op, Outcome};
use std::collections::HashMap;

/// A refresh can be asked for again for this long. Microseconds.
const ROTATION: u64 = 10_000_000 - MARGIN;
/// A token that was used before: its family is revoked by the answer that says so.
const REUSED: u64 = 40_000_201;

/// Something that ends a session, perhaps from `from` on, for certain from `done` on.
struct End {
    from: u64,
    done: u64,
    /// The client gave cause for it. A server that takes a fresh token for a used one ends the session, too.
    rightful: bool,
}

impl<'a> Life<'a> {
    pub(super) fn judge_sessions(&mut self) {
        self.judge_chain();
        let ends = self.ends();
        for op in self.ops.clone() {
            self.judge_after(op, &ends);
            if op.refusal().is_some() && !self.excused(op) {
                self.judge_session_refusal(op, &ends);
            }
        }
    }

    /// Each token has one successor, in the same session, and each successor one predecessor.
    fn judge_chain(&mut self) {
        let mut successors: HashMap<&str, &Issued> = HashMap::new();
        let mut predecessors: HashMap<&str, &str> = HashMap::new();
        let sessions = self.sessions();
        for (op, token) in self.refreshes().collect::<Vec<_>>() {
            let Some(issued) = op.issued() else { continue };
            let known = successors.entry(token).or_insert(issued);
            let before = predecessors.entry(&issued.refresh).or_insert(token);
            if known.refresh != issued.refresh || *before != token {
                self.flag(Promise::Forked, op.to, format!("session {} has two heads", issued.session));
            }
            if sessions != [issued.session.as_str()] {
                let what = format!("a refresh opened session {}", issued.session);
                self.flag(Promise::Doubled, op.to, what);
            }
        }
    }

    fn ends(&self) -> Vec<End> {
        let logouts = self.logouts().filter_map(|op| match op.outcome {
            Outcome::Done => Some(End { from: op.from, done: op.to, rightful: true }),
            Outcome::Unknown => Some(End { from: op.from, done: NEVER, rightful: true }),
            _ => None,
        });
        let reused = self.refreshes().filter_map(|(op, token)| {
            let stale = self.stale_from(op, token);
            // By a store's clock that is an hour ahead a repetition comes too late.
            let (from, rightful) = (stale.unwrap_or(op.from), stale.is_some() || self.excused(op));
            match op.refusal() {
                Some(REUSED) => Some(End { from, done: op.to, rightful }),
                _ if op.issued().is_none() && rightful => Some(End { from, done: NEVER, rightful }),
                _ => None,
            }
        });
        logouts.chain(reused).collect()
    }

    /// Nothing of an ended session works any more.
    fn judge_after(&mut self, op: &Op, ends: &[End]) {
        let lives = match op.call {
            Call::Look { .. } => op.outcome == Outcome::Done,
            Call::Refresh { .. } | Call::Redeem { .. } => op.issued().is_some(),
            Call::Mint | Call::Logout | Call::Revoke => false,
        };
        if let Some(end) = ends.iter().filter(|_| lives).find(|end| end.done < op.from) {
            self.flag(Promise::Resurrected, op.to, format!("ended at {}, lives", seconds(end.done)));
        }
    }

    /// A session that nothing can have ended answers.
    fn judge_session_refusal(&mut self, op: &Op, ends: &[End]) {
        if ends.iter().any(|end| end.rightful && end.from < op.to) {
            return;
        }
        match &op.call {
            Call::Look { until } if op.to + MARGIN < *until => {
                self.flag(Promise::LostSession, op.to, "its access token is refused".to_owned());
            }
            Call::Logout => {
                self.flag(Promise::LostSession, op.to, "there is nothing to sign out of".to_owned());
            }
            Call::Refresh { token } if self.stale_from(op, token).is_none() => {
                let repeated = self.first_use(token) < op.from;
                let promise = if repeated { Promise::LostRetry } else { Promise::LostSession };
                self.flag(promise, op.to, "its refresh token is refused".to_owned());
            }
            _ => {}
        }
    }

    /// From when on the server may take this for a token that was used before, and end its family: another token of the
    /// family was in use since this one was, or this one was first used too long ago. `None`: never.
    fn stale_from(&self, op: &Op, token: &str) -> Option<u64> {
        let first = self.first_use(token);
        let another = |(other, used): &(&Op, &str)| *used != token && other.from < op.to && other.to > first;
        let others = self.refreshes().filter(another).map(|(other, _)| other.from);
        let late = first.saturating_add(ROTATION);
        others.chain((op.to > late).then_some(late)).min().map(|from| from.max(op.from))
    }

    /// When it was first sent.
    fn first_use(&self, token: &str) -> u64 {
        let uses = self.refreshes().filter(|(_, used)| *used == token);
        uses.map(|(op, _)| op.from).min().unwrap_or(NEVER)
    }

    /// Ends that were acknowledged, and whether any may have happened at all.
    pub(super) fn ended(&self) -> (bool, bool) {
        let ends = self.ends();
        (ends.iter().any(|end| end.done != NEVER), !ends.is_empty())
    }
}
