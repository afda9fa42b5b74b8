//! What was written, in its order, as whoever orders the commits saw it: the measure of every answer.

use super::verdict::Violation;
use crate::promise::Promise;
use authms_core::audit::EventName;
use authms_core::commit::{Change, Commit};
use authms_core::id::{ChallengeId, SessionId, TicketId, UserId};
use authms_core::parts::Policy;
use authms_core::signin::Fences;
use authms_core::signin::challenge::{self, GUESSES};
use authms_core::ticket::Minter;
use authms_core::time::Timestamp;
use authms_core::user::UserStatus;
use authms_core::{session, ticket, user};
use std::collections::{HashMap, HashSet};

/// A point in a run; later ones are greater.
pub(super) type Moment = u64;

/// A ticket's life.
#[derive(Clone, Debug)]
pub(super) struct TicketLife {
    pub(super) user: UserId,
    pub(super) minter: Minter,
    pub(super) fences: Fences,
    pub(super) minted: Moment,
    pub(super) expires_at: Timestamp,
    /// Under which key (as SHA-256), at what time.
    pub(super) spent: Option<(SessionId, Option<[u8; 32]>, Timestamp)>,
    pub(super) revoked: bool,
    pub(super) attempts: u8,
    pub(super) replays: u32,
}

impl TicketLife {
    pub(super) const fn is_over(&self) -> bool {
        self.spent.is_some() || self.revoked
    }
}

/// A session's life.
#[derive(Clone, Debug)]
pub(super) struct SessionLife {
    pub(super) user: UserId,
    pub(super) ticket: Option<TicketId>,
    /// Who acts in it, and in which session of theirs.
    pub(super) actor: Option<(UserId, SessionId)>,
    pub(super) fences: Fences,
    pub(super) opened: Moment,
    pub(super) ended: Option<Moment>,
    pub(super) head: u32,
}

/// A challenge's life.
#[derive(Clone, Debug)]
pub(super) struct ChallengeLife {
    pub(super) user: UserId,
    pub(super) ticket: Option<TicketId>,
    pub(super) expires_at: Timestamp,
    pub(super) wrong: u8,
    pub(super) passed: bool,
    pub(super) dead: bool,
}

impl ChallengeLife {
    pub(super) const fn is_over(&self) -> bool {
        self.passed || self.dead
    }
}

/// Everything that was written.
pub(super) struct History {
    tickets: HashMap<TicketId, TicketLife>,
    sessions: HashMap<SessionId, SessionLife>,
    challenges: HashMap<ChallengeId, ChallengeLife>,
    /// When users were disabled (`false`) and enabled.
    switched: HashMap<UserId, Vec<(Moment, bool)>>,
    fences: HashMap<UserId, u32>,
    by_ticket: HashMap<TicketId, SessionId>,
    mint_keys: HashSet<[u8; 32]>,
    pub(super) audit_rows: i64,
    /// The latest time of all.
    pub(super) last: Timestamp,
    /// That of the last act: what a new process knows of time.
    told: Timestamp,
    attempts_allowed: u8,
}

impl History {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            tickets: HashMap::new(),
            sessions: HashMap::new(),
            challenges: HashMap::new(),
            switched: HashMap::new(),
            fences: HashMap::new(),
            by_ticket: HashMap::new(),
            mint_keys: HashSet::new(),
            audit_rows: 0,
            last: Timestamp::default(),
            told: Timestamp::default(),
            attempts_allowed: policy.ticket_attempts,
        }
    }

    pub(super) fn ticket(&self, id: TicketId) -> Option<&TicketLife> {
        self.tickets.get(&id)
    }

    pub(super) fn session(&self, id: SessionId) -> Option<&SessionLife> {
        self.sessions.get(&id)
    }

    pub(super) fn challenge(&self, id: ChallengeId) -> Option<&ChallengeLife> {
        self.challenges.get(&id)
    }

    pub(super) fn tickets(&self) -> impl Iterator<Item = (TicketId, &TicketLife)> {
        self.tickets.iter().map(|(id, life)| (*id, life))
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = (SessionId, &SessionLife)> {
        self.sessions.iter().map(|(id, life)| (*id, life))
    }

    /// Whether a user was disabled between these moments, or is now.
    pub(super) fn disabled_between(&self, user: UserId, from: Moment, to: Moment) -> bool {
        self.switches(user).iter().any(|(at, enabled)| !enabled && from < *at && *at < to)
    }

    /// Whether a user was disabled from this moment up to now.
    pub(super) fn disabled_since(&self, user: UserId, moment: Moment) -> bool {
        let before = self.switches(user).iter().rev().find(|(at, _)| *at < moment);
        let after = self.switches(user).iter().any(|(at, enabled)| *enabled && *at >= moment);
        before.is_some_and(|(_, enabled)| !enabled) && !after
    }

    /// Whether a user was switched so at this moment or later.
    pub(super) fn switched_since(&self, user: UserId, to: bool, moment: Moment) -> bool {
        self.switches(user).iter().any(|(at, enabled)| *enabled == to && *at >= moment)
    }

    fn switches(&self, user: UserId) -> &[(Moment, bool)] {
        self.switched.get(&user).map_or(&[], Vec::as_slice)
    }

    /// Whether what was decided then, on these fences, has been voided by disabling this user. It was decided before it was
    /// written: the fences tell whether somebody was disabled between.
    pub(super) fn is_fenced(&self, user: UserId, decided: Moment, fence: Option<u32>) -> bool {
        self.disabled_between(user, decided, Moment::MAX)
            || self.fences.get(&user).is_some_and(|now| Some(*now) != fence)
    }

    /// The moment that a session's sign-in rests on: from there on disabling its user ends it.
    pub(super) fn rests_on(&self, session: &SessionLife) -> Moment {
        session.ticket.and_then(|id| self.ticket(id)).map_or(session.opened, |ticket| ticket.minted)
    }

    /// Somebody may have looked at a clock that said this.
    pub(super) fn seen(&mut self, now: Timestamp) {
        self.last = self.last.max(now);
    }

    /// Takes a commit down that was written, and says what it broke.
    pub(super) fn written(&mut self, moment: Moment, at: Timestamp, commit: &Commit) -> Vec<Violation> {
        let mut broken = Broken(Vec::new());
        broken.unless(at >= self.told, Promise::OverIsOver, || "the store's time went back".to_owned());
        self.last = self.last.max(at);
        if !commit.audit_rows().is_empty() {
            self.told = at;
        }
        self.audit_rows += commit.audit_rows().len() as i64;
        for change in commit.changes() {
            if let Some(names) = acts_as(change) {
                let told = commit.audit_rows().iter().any(|row| names.contains(&row.name));
                broken.unless(told, Promise::Audited, || format!("{change:?} without its audit row"));
            }
            match change {
                Change::Ticket(change) => self.ticket_change(moment, at, change, &mut broken),
                Change::Session(change) => self.session_change(moment, change, &mut broken),
                Change::Challenge(change) => self.challenge_change(at, change, &mut broken),
                Change::User(user::Change::Create { user, .. }) => {
                    self.fences.insert(user.id, user.fence);
                }
                Change::User(user::Change::Update(user)) => {
                    self.fences.insert(user.id, user.fence);
                    let enabled = user.status == UserStatus::Active;
                    self.switched.entry(user.id).or_default().push((moment, enabled));
                }
                _ => {}
            }
        }
        broken.0
    }

    fn ticket_change(&mut self, moment: Moment, at: Timestamp, change: &ticket::Change, broken: &mut Broken) {
        match change {
            ticket::Change::Mint(new) => {
                let key = new.idempotency.map(|idempotency| idempotency.key_hash);
                let fresh = key.is_none_or(|key| self.mint_keys.insert(key));
                broken.unless(fresh, Promise::AtMostOnce, || "one key minted two tickets".to_owned());
                let life = TicketLife {
                    user: new.ticket.subject,
                    minter: new.ticket.minter,
                    fences: new.ticket.fences,
                    minted: moment,
                    expires_at: at.plus(new.ttl),
                    spent: None,
                    revoked: false,
                    attempts: 0,
                    replays: 0,
                };
                self.tickets.insert(new.ticket.id, life);
            }
            ticket::Change::Spend { id, session, replay } => self.spend(at, *id, *session, *replay, broken),
            ticket::Change::CountAttempt { id, allowed } => {
                if let Some(ticket) = self.tickets.get_mut(id) {
                    ticket.attempts += 1;
                    ticket.revoked |= ticket.attempts >= *allowed;
                    broken.unless(ticket.attempts <= *allowed, Promise::BoundedGuesses, || {
                        format!("{id}: {} bindings were tried", ticket.attempts)
                    });
                }
            }
            ticket::Change::Revoke { id, .. } => {
                if let Some(ticket) = self.tickets.get_mut(id) {
                    broken
                        .unless(!ticket.is_over(), Promise::OverIsOver, || format!("{id} was revoked late"));
                    ticket.revoked = true;
                }
            }
            ticket::Change::RevokeAll { user, minter, .. } => {
                let theirs = |ticket: &&mut TicketLife| {
                    ticket.user == *user
                        && minter.is_none_or(|minter| minter.scope() == ticket.minter.scope())
                };
                let live = self.tickets.values_mut().filter(|t| t.spent.is_none() && t.expires_at > at);
                live.filter(theirs).for_each(|ticket| ticket.revoked = true);
            }
            ticket::Change::CountReplay(id) => {
                if let Some(ticket) = self.tickets.get_mut(id) {
                    ticket.replays += 1;
                }
            }
        }
    }

    fn spend(
        &mut self,
        at: Timestamp,
        id: TicketId,
        session: SessionId,
        replay: Option<ticket::Replay>,
        broken: &mut Broken,
    ) {
        let allowed = self.attempts_allowed;
        let Some(ticket) = self.tickets.get_mut(&id) else {
            return broken.now(Promise::NothingLost, format!("{id} was spent and never minted"));
        };
        broken.unless(ticket.spent.is_none(), Promise::AtMostOnce, || format!("{id} was spent twice"));
        let good = !ticket.revoked && ticket.expires_at > at;
        broken.unless(good, Promise::OverIsOver, || format!("{id} was spent after its end"));
        broken.unless(ticket.attempts < allowed, Promise::BoundedGuesses, || format!("{id} was worn out"));
        ticket.spent = Some((session, replay.map(|replay| replay.key_hash), at));
        if let Minter::Person { session, .. } = ticket.minter {
            let open = self.sessions.get(&session).is_some_and(|session| session.ended.is_none());
            broken.unless(open, Promise::OverIsOver, || format!("{id} was spent after its minter's session"));
        }
    }

    fn session_change(&mut self, moment: Moment, change: &session::Change, broken: &mut Broken) {
        match change {
            session::Change::Open(new) => {
                let new = &new.session;
                if let Some(ticket) = new.ticket {
                    let first = self.by_ticket.insert(ticket, new.id).is_none();
                    broken.unless(first, Promise::AtMostOnce, || format!("{ticket} opened two sessions"));
                }
                let life = SessionLife {
                    user: new.user,
                    ticket: new.ticket,
                    actor: new.acting.as_ref().map(|acting| (acting.user, acting.session)),
                    fences: new.fences,
                    opened: moment,
                    ended: None,
                    head: new.generation,
                };
                self.sessions.insert(new.id, life);
            }
            session::Change::Rotate { id, generation, .. } => {
                let Some(session) = self.sessions.get_mut(id) else { return };
                broken.unless(session.ended.is_none(), Promise::OverIsOver, || format!("{id} went on"));
                broken.unless(*generation == session.head + 1, Promise::OneFamily, || {
                    format!("{id}: {generation} came after {}", session.head)
                });
                session.head = *generation;
            }
            session::Change::Flag(_) => {}
            session::Change::End { id, .. } => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.ended.get_or_insert(moment);
                }
            }
            session::Change::EndActs { actor, session: own, .. } => {
                let theirs = |life: &&mut SessionLife| {
                    life.actor
                        .is_some_and(|(user, session)| user == *actor && own.is_none_or(|own| own == session))
                };
                for life in self.sessions.values_mut().filter(theirs) {
                    life.ended.get_or_insert(moment);
                }
            }
            session::Change::EndActsFor { user, .. } => {
                for life in self.sessions.values_mut().filter(|s| s.user == *user && s.actor.is_some()) {
                    life.ended.get_or_insert(moment);
                }
            }
            session::Change::EndAll { user, except, .. } => {
                for (id, session) in &mut self.sessions {
                    if session.user == *user && Some(*id) != *except {
                        session.ended.get_or_insert(moment);
                    }
                }
                let waiting = self.challenges.values_mut().filter(|c| c.user == *user && !c.passed);
                waiting.for_each(|challenge| challenge.dead = true);
            }
        }
    }

    fn challenge_change(&mut self, at: Timestamp, change: &challenge::Change, broken: &mut Broken) {
        match change {
            challenge::Change::Open(new) => {
                let life = ChallengeLife {
                    user: new.user,
                    ticket: new.ticket,
                    expires_at: at.plus(new.ttl()),
                    wrong: 0,
                    passed: false,
                    dead: false,
                };
                self.challenges.insert(new.id, life);
            }
            challenge::Change::Pass { id, .. } => {
                let Some(challenge) = self.challenges.get_mut(id) else { return };
                broken.unless(!challenge.passed, Promise::OneCompletion, || {
                    format!("{id} was completed twice")
                });
                broken.unless(challenge.wrong < GUESSES, Promise::BoundedGuesses, || {
                    format!("{id} was worn out")
                });
                let good = !challenge.dead && challenge.expires_at > at;
                broken.unless(good, Promise::OverIsOver, || format!("{id} was completed after its end"));
                challenge.passed = true;
            }
            challenge::Change::CountWrong { id, before } => {
                let Some(challenge) = self.challenges.get_mut(id) else { return };
                broken.unless(
                    !challenge.is_over() && *before == challenge.wrong,
                    Promise::BoundedGuesses,
                    || format!("{id}: a guess was told after {} as if after {before}", challenge.wrong),
                );
                challenge.wrong += 1;
                challenge.dead |= challenge.wrong >= GUESSES;
            }
            challenge::Change::Prove(_) | challenge::Change::Enrol { .. } => {}
        }
    }
}

/// What a commit broke.
pub(super) struct Broken(Vec<Violation>);

impl Broken {
    fn unless(&mut self, holds: bool, promise: Promise, what: impl FnOnce() -> String) {
        if !holds {
            self.now(promise, what());
        }
    }

    fn now(&mut self, promise: Promise, what: String) {
        self.0.push(Violation { promise, what });
    }
}

/// The rows of which one has to tell of a change, if it is an act.
const fn acts_as(change: &Change) -> Option<&'static [EventName]> {
    use EventName as E;
    Some(match change {
        Change::Ticket(ticket::Change::Mint(_)) => &[E::TicketMinted],
        Change::Ticket(ticket::Change::Spend { .. }) => &[E::TicketRedeemed],
        Change::Ticket(ticket::Change::CountAttempt { .. }) => &[E::TicketRefused],
        Change::Ticket(ticket::Change::Revoke { .. }) => {
            &[E::TicketRevoked, E::TicketReported, E::RiskRefused]
        }
        Change::Session(session::Change::Open(_)) => {
            &[E::TicketRedeemed, E::LoginSucceeded, E::ChallengePassed]
        }
        Change::Session(session::Change::Rotate { .. }) => &[E::SessionRefreshed],
        Change::Session(session::Change::End { .. }) => &[E::SessionEnded, E::RefreshReused],
        Change::Session(session::Change::EndAll { .. }) => &[E::SessionsEnded],
        Change::Challenge(challenge::Change::Open(_)) => &[E::TicketRedeemed, E::LoginChallenged],
        Change::Challenge(challenge::Change::Pass { .. }) => &[E::ChallengePassed],
        Change::Challenge(challenge::Change::CountWrong { .. }) => &[E::ChallengeFailed],
        Change::User(user::Change::Update(_)) => &[E::UserDisabled, E::UserEnabled],
        _ => return None,
    })
}
