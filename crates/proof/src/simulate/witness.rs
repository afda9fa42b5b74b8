//! Hears every answer, and holds it against what was written and against what others were answered.

use super::board::Opened;
use super::history::{History, Moment};
use super::stage::Stage;
use crate::promise::Promise;
use authms_core::id::{ChallengeId, SessionId, TicketId};
use authms_core::signin::challenge::GUESSES;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The idempotency key of a request, if it had one.
pub(super) type Key = Option<&'static str>;

/// Everything that was answered so far.
pub(super) struct Witness {
    stage: Arc<Stage>,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    redeemed: HashMap<TicketId, (Key, Opened)>,
    passed: HashMap<ChallengeId, (Key, Opened)>,
    successors: HashMap<String, Opened>,
    wrong: HashMap<ChallengeId, u8>,
}

impl Witness {
    pub(super) fn new(stage: Arc<Stage>) -> Self {
        Self { stage, heard: Mutex::default() }
    }

    /// A ticket was redeemed by a request that began then.
    pub(super) fn redeemed(&self, started: Moment, (ticket, key): (TicketId, Key), opened: &Opened) {
        self.stage.happened("redeemed", || format!("{ticket} {key:?}: {opened:?}"));
        if !is_same(&mut self.heard().redeemed, ticket, (key, opened)) {
            self.stage
                .broken(Promise::AtMostOnce, format!("{ticket} gave two answers, the second {opened:?}"));
        }
        let written = self.stage.history(|history| {
            let life = history.ticket(ticket)?;
            let fenced = history.disabled_between(life.user, life.minted, started);
            Some((life.spent.map(|(session, ..)| session), fenced))
        });
        match written {
            Some((Some(session), fenced)) if session == opened.session() => {
                // A challenge that is answered again lets nobody in yet.
                if fenced && matches!(opened, Opened::Session(..)) {
                    self.stage.broken(Promise::OverIsOver, format!("{ticket} outlived its user's disabling"));
                }
            }
            other => self.lost(&format!("{ticket} let in, and is written as {other:?}")),
        }
        self.opened(started, opened);
    }

    /// A challenge was completed.
    pub(super) fn passed(&self, started: Moment, (challenge, key): (ChallengeId, Key), opened: &Opened) {
        self.stage.happened("challenge passed", || format!("{challenge} {key:?}: {opened:?}"));
        if !is_same(&mut self.heard().passed, challenge, (key, opened)) {
            self.stage.broken(Promise::OneCompletion, format!("{challenge} was completed twice: {opened:?}"));
        }
        self.opened(started, opened);
    }

    /// A code was told to be wrong.
    pub(super) fn wrong(&self, challenge: ChallengeId) {
        self.stage.happened("code wrong", || challenge.to_string());
        let told = {
            let mut heard = self.heard();
            let told = heard.wrong.entry(challenge).or_default();
            *told += 1;
            *told
        };
        let written = self.stage.history(|history| history.challenge(challenge).map_or(0, |life| life.wrong));
        if told > GUESSES || told > written {
            let what = format!("{challenge}: {told} guesses were told, {written} are written");
            self.stage.broken(Promise::BoundedGuesses, what);
        }
    }

    /// A password signed in.
    pub(super) fn logged_in(&self, started: Moment, opened: &Opened) {
        self.stage.happened("logged in", || format!("{opened:?}"));
        self.opened(started, opened);
    }

    /// A refresh token was used.
    pub(super) fn refreshed(&self, started: Moment, token: &str, opened: &Opened) {
        self.stage.happened("refreshed", || format!("{token} {opened:?}"));
        let first = self.heard().successors.entry(token.to_owned()).or_insert_with(|| opened.clone()).clone();
        if first != *opened {
            self.stage.broken(Promise::OneFamily, format!("{token} has two successors: {opened:?}"));
        }
        self.opened(started, opened);
    }

    /// A session let its bearer in.
    pub(super) fn admitted(&self, started: Moment, session: SessionId) {
        let written = self.stage.history(|history| over(history, started, session));
        match written {
            None => self.lost(&format!("{session} is not written")),
            Some(Some(why)) => self.stage.broken(Promise::OverIsOver, format!("{session} lives: {why}")),
            Some(None) => {}
        }
    }

    /// Something was acknowledged that must be written by now.
    pub(super) fn acknowledged(&self, what: &'static str, written: impl FnOnce(&History) -> bool) {
        self.stage.happened(what, String::new);
        if !self.stage.history(written) {
            self.lost(&format!("{what}: acknowledged, and not written"));
        }
    }

    fn opened(&self, started: Moment, opened: &Opened) {
        match opened {
            Opened::Session(id, _) => self.admitted(started, *id),
            Opened::Challenge(id) if self.stage.history(|history| history.challenge(*id).is_none()) => {
                self.lost(&format!("{id} is not written"));
            }
            Opened::Challenge(_) => {}
        }
    }

    fn lost(&self, what: &str) {
        self.stage.broken(Promise::NothingLost, what.to_owned());
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this is the first answer, or the same again to the same key.
fn is_same<I: Eq + Hash>(
    heard: &mut HashMap<I, (Key, Opened)>,
    id: I,
    (key, opened): (Key, &Opened),
) -> bool {
    match heard.get(&id) {
        None => {
            heard.insert(id, (key, opened.clone()));
            true
        }
        Some((first_key, first)) => key.is_some() && *first_key == key && first == opened,
    }
}

/// Why a session must not let anybody in who asked then; outside, `None`: it was never opened.
fn over(history: &History, started: Moment, id: SessionId) -> Option<Option<&'static str>> {
    let session = history.session(id)?;
    let ended = |id: SessionId| {
        history.session(id).is_none_or(|session| session.ended.is_some_and(|ended| ended < started))
    };
    let rests_on = history.rests_on(session);
    let disabled =
        |user| history.disabled_between(user, rests_on, started) || history.disabled_since(user, started);
    Some(if ended(id) {
        Some("it had ended")
    } else if disabled(session.user) {
        Some("its user had been disabled")
    } else if session.actor.is_some_and(|(_, theirs)| ended(theirs)) {
        Some("its actor's session had ended")
    } else if session.actor.is_some_and(|(actor, _)| disabled(actor)) {
        Some("its actor had been disabled")
    } else {
        None
    })
}
