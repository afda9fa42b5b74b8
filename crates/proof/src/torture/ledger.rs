//! What is certain about one ticket, from everything that was written down about it.

use super::event::{Event, What};
use super::promise::{Sure, Violation};
use crate::api::REPLAY_WINDOW;

/// Nothing is demanded this close to the end of a lifetime. Microseconds.
const MARGIN: u64 = 5_000_000;
/// A lost redeem can be asked for again for this long. Microseconds.
const REPLAY: u64 = REPLAY_WINDOW.as_micros() as u64 - MARGIN;
/// A lost refresh likewise: the server keeps what it needs for 10 s.
const REFRESH_RETRY: u64 = 10_000_000 - MARGIN;

/// The state of one ticket after its events so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) ticket: String,
    pub(crate) expires: u64,
    pub(crate) redeemed: Sure,
    pub(crate) ended: Sure,
    /// The newest access token, and until when it is good.
    pub(crate) access: Option<(String, u64)>,
    session: Option<String>,
    /// The sign-in that was acknowledged first.
    first: Option<First>,
    /// Its refresh token has been exchanged: its answer may not be repeated any more.
    rotated: bool,
    /// Of redeems without an answer: the key and when it was first sent.
    lost_redeems: Vec<(Option<String>, u64)>,
    /// Of refreshes without an answer: the token and when it was first sent.
    lost_refresh: Option<(String, u64)>,
    sent_at: u64,
    pub(crate) violations: Vec<Violation>,
}

#[derive(Clone, Debug)]
struct First {
    key: Option<String>,
    refresh: String,
    /// When the key was first sent.
    sent: u64,
}

impl Ledger {
    /// The events must be of one ticket and in order.
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut ledger = Self::default();
        for event in events {
            ledger.ticket.clone_from(&event.ticket);
            ledger.apply(event.at, &event.what);
        }
        ledger
    }

    /// A ticket that nobody has tried, or that was only refused for reasons yet to be judged, must still let in.
    pub(crate) fn must_let_in(&self, at: u64) -> bool {
        self.redeemed == Sure::No && at + MARGIN < self.expires
    }

    /// What `GET /auth/me` must answer at this time, if that is certain.
    pub(crate) fn must_see(&self, at: u64) -> Option<u16> {
        let (_, expires) = self.access.as_ref()?;
        match self.ended {
            Sure::Yes => Some(401),
            Sure::No if at + MARGIN < *expires => Some(200),
            Sure::No | Sure::Perhaps => None,
        }
    }

    /// Each broken promise counts once a ticket, however often it shows.
    fn flag(&mut self, kind: fn(String) -> Violation) {
        let violation = kind(self.ticket.clone());
        if !self.violations.contains(&violation) {
            self.violations.push(violation);
        }
    }

    fn apply(&mut self, at: u64, what: &What) {
        match what {
            What::Minted { expires } => self.expires = *expires,
            What::RedeemSent { .. } | What::RefreshSent { .. } | What::LogoutSent => self.sent_at = at,
            What::Redeemed { key, session, refresh, access, expires } => {
                self.redeemed(key, session, refresh);
                self.access = Some((access.clone(), *expires));
            }
            What::RedeemRefused { key, .. } => self.redeem_refused(at, key),
            What::RedeemLost { key } => {
                self.redeemed = self.redeemed.max(Sure::Perhaps);
                if !self.lost_redeems.iter().any(|(lost, _)| lost == key) {
                    self.lost_redeems.push((key.clone(), self.sent_at));
                }
            }
            What::Refreshed { session, access, expires, .. } => {
                self.refreshed(session);
                self.access = Some((access.clone(), *expires));
            }
            What::RefreshRefused { from, .. } => self.refresh_refused(at, from),
            What::RefreshLost { from } => {
                self.rotated = true;
                if self.lost_refresh.as_ref().is_none_or(|(lost, _)| lost != from) {
                    self.lost_refresh = Some((from.clone(), self.sent_at));
                }
            }
            What::LoggedOut => self.ended = Sure::Yes,
            What::LogoutLost => self.ended = self.ended.max(Sure::Perhaps),
            What::LogoutRefused { .. } => self.session_missing(at),
            What::Seen { status } => self.seen(at, *status),
        }
    }

    fn redeemed(&mut self, key: &Option<String>, session: &str, refresh: &str) {
        let known = self.session.get_or_insert_with(|| session.to_owned());
        let another_session = known != session;
        let another_answer = match &self.first {
            None => false,
            Some(first) => first.key.is_none() || first.key != *key || first.refresh != refresh,
        };
        if another_session || another_answer {
            self.flag(Violation::Doubled);
        }
        if self.first.is_none() {
            let sent = self.first_lost(key).unwrap_or(self.sent_at);
            self.first = Some(First { key: key.clone(), refresh: refresh.to_owned(), sent });
        }
        self.redeemed = Sure::Yes;
    }

    fn redeem_refused(&mut self, at: u64, key: &Option<String>) {
        if self.must_let_in(at) {
            self.flag(Violation::LostMint);
        } else if key.is_some() && at + MARGIN < self.expires && self.may_repeat(at, key) {
            self.flag(Violation::LostRetry);
        }
    }

    /// Whether a redeem under this key must give the answer that it gave, or would have given, before.
    fn may_repeat(&self, at: u64, key: &Option<String>) -> bool {
        match (&self.first, self.first_lost(key)) {
            (Some(first), _) => {
                first.key == *key && at < first.sent + REPLAY && self.ended == Sure::No && !self.rotated
            }
            // Another attempt without an answer may have won under another key.
            (None, Some(sent)) => at < sent + REPLAY && self.lost_redeems.iter().all(|(lost, _)| lost == key),
            (None, None) => false,
        }
    }

    fn first_lost(&self, key: &Option<String>) -> Option<u64> {
        self.lost_redeems.iter().find(|(lost, _)| lost == key).map(|(_, sent)| *sent)
    }

    fn refreshed(&mut self, session: &str) {
        self.lost_refresh = None;
        self.rotated = true;
        if self.ended == Sure::Yes {
            self.flag(Violation::Resurrected);
        }
        if self.session.as_deref().is_some_and(|known| known != session) {
            self.flag(Violation::Doubled);
        }
    }

    fn refresh_refused(&mut self, at: u64, from: &str) {
        match &self.lost_refresh {
            Some((lost, first)) if lost == from => {
                if self.ended == Sure::No && at < first + REFRESH_RETRY {
                    self.flag(Violation::LostRetry);
                }
                // Too late a repetition looks like theft and ends the family: rightly so.
                self.ended = self.ended.max(Sure::Perhaps);
            }
            _ => self.session_missing(at),
        }
    }

    /// The session was refused although nothing but its own end can have ended it.
    fn session_missing(&mut self, at: u64) {
        if self.must_see(at) == Some(200) {
            self.flag(Violation::LostSession);
        }
    }

    fn seen(&mut self, at: u64, status: u16) {
        match (status, self.ended) {
            (401, Sure::No) => self.session_missing(at),
            (200, Sure::Yes) => self.flag(Violation::Resurrected),
            _ => {}
        }
    }
}
