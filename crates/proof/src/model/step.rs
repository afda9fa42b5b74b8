//! What the use cases decide, and what the store makes of it: each commit under its guards, judged when its turn comes.

use super::state::{Challenge, Deed, Doing, Opens, Session, State, Ticket};
use super::{Fate, GUESSES, Life, Mutant};
use crate::promise::Promise;

impl State {
    /// The turn of a client's request: its commit, and its answer.
    pub(super) fn end(&mut self, life: &Life, client: usize, fate: Fate) {
        let Some(doing) = self.clients[client].doing.take() else { return };
        let turn = Turn { client, key: life.keys[client], fate, mutant: life.mutant, doing };
        match doing.deed {
            Deed::Redeem => self.redeem(life, &turn),
            Deed::Guess(right) => self.guess(&turn, right),
            Deed::Refresh(generation) => self.refresh(&turn, generation),
            Deed::LogOut => self.log_out(&turn),
            Deed::Look => self.look(&turn),
        }
    }

    fn redeem(&mut self, life: &Life, turn: &Turn) {
        match turn.doing.ticket {
            Ticket::Issued => self.spend(life, turn),
            Ticket::Spent { key, replayable } => {
                let mine = key.is_some() && key == turn.key && replayable && self.in_time;
                // The session is read anew.
                let same = match (self.session, self.challenge) {
                    (Some(session), None) => session.head == 0 && !session.ended,
                    (_, Some(challenge)) => !challenge.over,
                    (None, None) => false,
                };
                if mine && same && turn.mutant != Some(Mutant::NoReplay) {
                    if turn.arrives() {
                        self.repeated = true;
                        self.let_in(turn.client);
                    }
                } else {
                    if mine && same && self.clients[turn.client].missed {
                        self.breaks(Promise::RetryFindsOut);
                    }
                    self.count_replay(turn);
                }
            }
        }
    }

    /// Guarded by the ticket being issued.
    fn spend(&mut self, life: &Life, turn: &Turn) {
        if self.ticket != Ticket::Issued && turn.mutant != Some(Mutant::NoTicketGuard) {
            // Lost the race: read again, to see what the winner left.
            return self.read(turn.client, turn.doing.deed, turn.doing.after_end);
        }
        if turn.is_written() {
            self.ticket = Ticket::Spent { key: turn.key, replayable: turn.key.is_some() };
            self.opened += 1;
            match life.opens {
                Opens::Session => self.session = Some(Session { head: 0, ended: false }),
                Opens::Challenge => self.challenge = Some(Challenge { wrong: 0, over: false }),
            }
            self.act(turn);
            self.clients[turn.client].missed = !turn.arrives();
        }
        if turn.arrives() {
            self.require(self.opened > 0);
            self.let_in(turn.client);
        }
    }

    /// Whoever comes without the key ends all replays.
    fn count_replay(&mut self, turn: &Turn) {
        if turn.is_written() {
            if let Ticket::Spent { replayable, .. } = &mut self.ticket {
                *replayable = false;
            }
            self.act(turn);
        }
    }

    /// Right or wrong, guarded by nobody having guessed since it was read.
    fn guess(&mut self, turn: &Turn, right: bool) {
        let (Some(read), Some(now)) = (turn.doing.wrong, self.challenge) else { return };
        let as_read = !now.over && now.wrong == read;
        if !as_read && turn.mutant != Some(Mutant::NoChallengeGuard) {
            return; // come again
        }
        if turn.is_written() {
            self.judged += 1;
            let wrong = if right { now.wrong } else { now.wrong + 1 };
            self.challenge = Some(Challenge { wrong, over: right || wrong >= GUESSES });
            if right {
                self.passes += 1;
                self.session = Some(Session { head: 0, ended: false });
            }
            self.act(turn);
        }
        if turn.arrives() && right {
            self.require(self.session.is_some());
            self.clients[turn.client].token = Some(0);
        }
    }

    fn refresh(&mut self, turn: &Turn, generation: u8) {
        let Some(read) = turn.doing.session else { return };
        if generation == read.head && !read.ended {
            self.rotate(turn, generation);
        } else if generation + 1 == read.head && self.in_time {
            // The successor is derived, so that it is the same.
            if turn.arrives() && !read.ended {
                self.repeated = true;
                self.clients[turn.client].token = Some(read.head);
            }
        } else if !read.ended && generation < read.head {
            self.end_session(turn);
            self.reuse_ended |= turn.is_written();
        }
    }

    /// Guarded by the token being the head of a family that lives.
    fn rotate(&mut self, turn: &Turn, generation: u8) {
        let Some(session) = self.session else { return };
        let head = session.head == generation && !session.ended;
        if !head && turn.mutant != Some(Mutant::NoFamilyGuard) {
            return self.read(turn.client, turn.doing.deed, turn.doing.after_end);
        }
        if turn.is_written() {
            if session.ended {
                self.breaks(Promise::OverIsOver);
            }
            self.successors.resize(usize::from(generation + 1).max(self.successors.len()), 0);
            self.successors[usize::from(generation)] += 1;
            self.session = Some(Session { head: session.head + 1, ended: session.ended });
            self.act(turn);
        }
        if turn.arrives() {
            self.require(self.session.is_some_and(|session| session.head > generation));
            self.clients[turn.client].token = Some(generation + 1);
        }
    }

    fn log_out(&mut self, turn: &Turn) {
        self.end_session(turn);
        if turn.arrives() {
            self.require(self.session.is_some_and(|session| session.ended));
            self.end_acknowledged = true;
        }
    }

    /// Without a guard: what has ended stays so.
    fn end_session(&mut self, turn: &Turn) {
        if turn.is_written()
            && let Some(session) = self.session.as_mut().filter(|session| !session.ended)
        {
            session.ended = true;
            self.act(turn);
        }
    }

    /// Read and answered; a read that began after an acknowledged end sees it.
    fn look(&mut self, turn: &Turn) {
        if turn.doing.after_end && turn.doing.session.is_some_and(|session| !session.ended) {
            self.breaks(Promise::OverIsOver);
        }
    }

    fn let_in(&mut self, client: usize) {
        let client = &mut self.clients[client];
        client.missed = false;
        match self.challenge {
            Some(_) => client.challenge = true,
            None => client.token = Some(client.token.unwrap_or(0)),
        }
    }

    /// An act and its audit row are one commit.
    fn act(&mut self, turn: &Turn) {
        self.acts += 1;
        if turn.mutant != Some(Mutant::AuditAfterwards) || turn.arrives() {
            self.rows += 1;
        }
    }

    /// What is acknowledged is there.
    fn require(&mut self, written: bool) {
        if !written {
            self.breaks(Promise::NothingLost);
        }
    }
}

/// A request whose turn it is.
struct Turn {
    client: usize,
    key: Option<u8>,
    fate: Fate,
    mutant: Option<Mutant>,
    doing: Doing,
}

impl Turn {
    const fn is_written(&self) -> bool {
        matches!(self.fate, Fate::Answered | Fate::AnswerLost)
    }

    const fn arrives(&self) -> bool {
        matches!(self.fate, Fate::Answered | Fate::NeverWritten)
    }
}
