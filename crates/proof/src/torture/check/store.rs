//! What the store itself must say at the end, answers or no answers.

use super::{Life, NEVER, Promise};
use authms_core::id::{SessionId, TicketId};
use std::collections::{HashMap, HashSet};

/// Tickets and sessions as they are stored.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) tickets: HashMap<[u8; 16], TicketFact>,
    pub(crate) sessions: HashMap<[u8; 16], SessionFact>,
    /// Sessions by the ticket that opened them.
    by_ticket: HashMap<[u8; 16], Vec<[u8; 16]>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TicketFact {
    /// Spent, for this session.
    pub(crate) session: Option<[u8; 16]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionFact {
    pub(crate) ticket: Option<[u8; 16]>,
    pub(crate) ended: bool,
    /// How often it was refreshed.
    pub(crate) generation: u32,
}

impl Facts {
    pub(crate) fn new(
        tickets: impl IntoIterator<Item = ([u8; 16], TicketFact)>,
        sessions: impl IntoIterator<Item = ([u8; 16], SessionFact)>,
    ) -> Self {
        let sessions: HashMap<_, _> = sessions.into_iter().collect();
        let mut by_ticket: HashMap<_, Vec<_>> = HashMap::new();
        for (id, session) in &sessions {
            if let Some(ticket) = session.ticket {
                by_ticket.entry(ticket).or_default().push(*id);
            }
        }
        Self { tickets: tickets.into_iter().collect(), sessions, by_ticket }
    }
}

impl Life<'_> {
    pub(super) fn judge_store(&mut self, facts: &Facts) {
        let Some(id) = TicketId::parse(self.id).map(|id| *id.bytes()) else {
            return self.flag(Promise::LostMint, NEVER, format!("{} is no identifier", self.id));
        };
        let opened = facts.by_ticket.get(&id).map_or(0, Vec::len);
        if opened > 1 {
            self.flag(Promise::Doubled, NEVER, format!("the store has {opened} sessions of it"));
        }
        let ticket = facts.tickets.get(&id);
        if ticket.is_none() && !self.clocks.may_have_swept() {
            self.flag(Promise::LostMint, NEVER, "it is not in the store".to_owned());
        }
        for session in self.sessions() {
            let bytes = SessionId::parse(session).map(|id| *id.bytes());
            let stored = bytes.and_then(|bytes| facts.sessions.get(&bytes));
            match stored {
                None if self.clocks.may_have_swept() => {}
                None => self.flag(Promise::LostSession, NEVER, format!("{session} is not in the store")),
                Some(fact) => {
                    if fact.ticket != Some(id) || ticket.is_some_and(|ticket| ticket.session != bytes) {
                        let what = format!("{session} and its ticket do not name each other in the store");
                        self.flag(Promise::LostSession, NEVER, what);
                    }
                    self.judge_stored(*fact);
                }
            }
        }
    }

    fn judge_stored(&mut self, fact: SessionFact) {
        let (ended, perhaps) = self.ended();
        if ended && !fact.ended {
            self.flag(Promise::LostEnd, NEVER, "it was ended, and is open in the store".to_owned());
        }
        // Clocks may have ended it.
        if fact.ended && !perhaps && self.clocks.skews.is_empty() {
            self.flag(Promise::LostSession, NEVER, "it is ended in the store, by nobody".to_owned());
        }
        let acknowledged: HashSet<_> =
            self.refreshes().filter_map(|(op, _)| op.issued()).map(|i| &i.refresh).collect();
        let tried: HashSet<_> =
            self.refreshes().filter(|(op, _)| op.may_have_happened()).map(|(_, token)| token).collect();
        if (fact.generation as usize) < acknowledged.len() {
            self.flag(Promise::LostSession, NEVER, "an acknowledged refresh is not in the store".to_owned());
        }
        if fact.generation as usize > tried.len() {
            self.flag(Promise::Forked, NEVER, "it was refreshed more often than anybody tried".to_owned());
        }
    }

    /// Nobody was told that the ticket let them in, and it did.
    pub(super) fn signed_in_unseen(&self, facts: &Facts) -> bool {
        let id = TicketId::parse(self.id).map(|id| *id.bytes());
        self.sessions().is_empty() && id.is_some_and(|id| facts.by_ticket.contains_key(&id))
    }
}
