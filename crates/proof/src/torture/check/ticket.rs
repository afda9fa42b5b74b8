//! What holds for a ticket: it lets in once, and what was promised about it is kept.

use super::{Life, MARGIN, Promise, seconds};
use crate::api::REPLAY_WINDOW;
use crate::torture::history::{Issued, Op, Outcome};

/// A redeem can be asked for again for this long. Microseconds.
const REPLAY: u64 = REPLAY_WINDOW.as_micros() as u64 - MARGIN;

impl<'a> Life<'a> {
    pub(super) fn judge_ticket(&mut self) {
        self.judge_grants();
        self.judge_revokes();
        for (op, key) in self.redeems().collect::<Vec<_>>() {
            if op.refusal().is_some() && !self.excused(op) {
                self.judge_refusal(op, key);
            }
        }
    }

    /// Redeems that were answered with tokens.
    fn grants(&self) -> impl Iterator<Item = (&'a Op, Option<&'a str>, &'a Issued)> {
        self.redeems().filter_map(|(op, key)| op.issued().map(|issued| (op, key, issued)))
    }

    /// One pair of tokens, and again only to whoever repeats its key.
    fn judge_grants(&mut self) {
        let grants: Vec<_> = self.grants().collect();
        let Some((_, first_key, first)) = grants.first().copied() else { return };
        for (op, key, issued) in grants.into_iter().skip(1) {
            if issued.session != first.session {
                let what = format!("sessions {} and {}", first.session, issued.session);
                self.flag(Promise::Doubled, op.to, what);
            } else if key.is_none() || key != first_key {
                let what = format!("session {} was handed out under another key", first.session);
                self.flag(Promise::Doubled, op.to, what);
            } else if issued.refresh != first.refresh {
                self.flag(Promise::Differs, op.to, "one key, two refresh tokens".to_owned());
            }
        }
    }

    /// A ticket is either redeemed or revoked, for good.
    fn judge_revokes(&mut self) {
        let granted = self.grants().next();
        for op in self.revokes().collect::<Vec<_>>() {
            let tried = self.redeems().any(|(redeem, _)| redeem.may_have_happened() && redeem.from < op.to);
            match (&op.outcome, granted) {
                (Outcome::Done, Some((grant, ..))) => {
                    let what = format!("redeemed until {}, and revoked", seconds(grant.to));
                    self.flag(Promise::Resurrected, grant.to.max(op.to), what);
                }
                (Outcome::Refused { status: 404, .. }, _) => {
                    self.flag(Promise::LostMint, op.to, "there is no such ticket to revoke".to_owned());
                }
                (Outcome::Refused { status: 409, .. }, _) if !tried => {
                    self.flag(Promise::LostMint, op.to, "redeemed, they say, though nobody has".to_owned());
                }
                _ => {}
            }
        }
    }

    fn judge_refusal(&mut self, op: &Op, key: Option<&str>) {
        if op.to + MARGIN >= self.expires {
            return;
        }
        let before = |other: &Op| other.from < op.to && !std::ptr::eq(other, op);
        if self.revokes().any(|revoke| revoke.may_have_happened() && before(revoke)) {
            return;
        }
        let others: Vec<_> = self.redeems().filter(|(other, _)| before(other)).collect();
        let Some(first) =
            others.iter().filter(|(other, _)| other.may_have_happened()).map(|(o, _)| o.from).min()
        else {
            return self.flag(Promise::LostMint, op.to, "refused, though nobody has redeemed it".to_owned());
        };
        // Anybody else's attempt ends all replays, and so does going on with the session.
        let repeats = key.is_some() && others.iter().all(|(_, other)| *other == key);
        let went_on = self.refreshes().map(|(o, _)| o).chain(self.logouts()).any(before);
        if repeats && !went_on && op.to < first.saturating_add(REPLAY) {
            let what = format!("the same key was first sent at {}", seconds(first));
            self.flag(Promise::LostRetry, op.to, what);
        }
    }

    /// All sessions that the ticket was answered with.
    pub(super) fn sessions(&self) -> Vec<&'a str> {
        let mut sessions: Vec<_> = self.grants().map(|(.., issued)| issued.session.as_str()).collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }
}
