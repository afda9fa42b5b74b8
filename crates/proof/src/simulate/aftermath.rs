//! After the run: nothing fails any more, everything is asked about once more, and now it is certain what has to be answered.

use super::board::{SessionCard, TicketCard};
use super::history::{History, TicketLife};
use super::scene::{KEYS, Scene};
use crate::promise::Promise;
use authms_core::id::{ChallengeId, SessionId};
use authms_core::ticket::{Minter, TicketState};
use authms_core::time::Span;
use authms_crypto::{RefreshToken, sha256};
use authms_testkit::jwt;

/// What must become of a ticket that is redeemed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It lets in.
    Good,
    /// It answers as it did, under this key.
    Again(&'static str),
    /// It is refused under every key.
    Over,
}

impl Scene {
    /// Asks about everything.
    pub(super) async fn settle(&self) {
        self.compare().await;
        let tickets = self.board().tickets.clone();
        for card in &tickets {
            self.settle_ticket(card).await;
        }
        let sessions = self.board().sessions.clone();
        for card in &sessions {
            self.settle_session(card).await;
        }
        self.settle_challenges().await;
        self.compare().await;
    }

    async fn settle_ticket(&self, card: &TicketCard) {
        let fate = self.stage.history(|history| history.ticket(card.id).map(|life| self.fate(history, life)));
        let (key, promise) = match fate {
            None => return self.stage.broken(Promise::NothingLost, format!("{} is not written", card.id)),
            Some(Fate::Good) => (Some(KEYS[0]), Promise::GoodIsGood),
            Some(Fate::Again(key)) => (Some(key), Promise::RetryFindsOut),
            Some(Fate::Over) => {
                for key in [None, Some(KEYS[0]), Some(KEYS[1])] {
                    if self.redeem_with(card, key, true).await != Some(false) {
                        self.stage.broken(Promise::OverIsOver, format!("{} lets in under {key:?}", card.id));
                    }
                }
                return;
            }
        };
        if self.redeem_with(card, key, true).await != Some(true) {
            let life = self.stage.history(|history| history.ticket(card.id).cloned());
            self.stage.broken(promise, format!("{} is {fate:?} and was refused: {life:?}", card.id));
        }
    }

    fn fate(&self, history: &History, life: &TicketLife) -> Fate {
        let now = self.now(history);
        // Who mints for themself is fenced as the subject.
        let minter_fence = life.fences.actor.or(life.fences.user);
        let fenced = history.is_fenced(life.user, life.minted, life.fences.user)
            || match life.minter {
                Minter::Person { user, session } => {
                    history.is_fenced(user, life.minted, minter_fence) || self.is_over(history, session)
                }
                Minter::System(_) | Minter::Console => false,
            };
        match life.spent {
            None if life.revoked || life.expires_at <= now || fenced => Fate::Over,
            None => Fate::Good,
            Some((session, Some(hash), at))
                if life.replays == 0 && now < at.plus(self.world.parts.policy.replay_window) =>
            {
                let key = KEYS.into_iter().find(|key| sha256(key.as_bytes()) == hash);
                let challenge = history.challenge(ChallengeId::from_bytes(*session.bytes()));
                // A challenge is answered again as long as it waits; it lets nobody in whose user was disabled.
                let lives = match (history.session(session), challenge) {
                    (_, Some(challenge)) => !challenge.is_over() && now < challenge.expires_at,
                    (Some(opened), None) => opened.head == 0 && !self.is_over(history, session),
                    (None, None) => false,
                };
                key.filter(|_| lives).map_or(Fate::Over, Fate::Again)
            }
            Some(_) => Fate::Over,
        }
    }

    /// Whether a session is over, but for its time, which no run is long enough for.
    fn is_over(&self, history: &History, id: SessionId) -> bool {
        let Some(session) = history.session(id) else { return true };
        let rests_on = history.rests_on(session);
        session.ended.is_some()
            || history.is_fenced(session.user, rests_on, session.fences.user)
            || session.actor.is_some_and(|(actor, theirs)| {
                history.is_fenced(actor, rests_on, session.fences.actor)
                    || history.session(theirs).is_none_or(|s| s.ended.is_some())
            })
    }

    async fn settle_session(&self, card: &SessionCard) {
        let over = self.stage.history(|history| self.is_over(history, card.id));
        let seconds = self.world.parts.now().as_seconds();
        if let Some(access) = card.access.last() {
            let fresh = jwt::claims(access.expose())["exp"].as_i64().is_some_and(|exp| exp > seconds);
            let let_in = self.look_with(card, access).await == Some(true);
            if let_in != (fresh && !over) {
                let what = format!("{} over: {over}, fresh: {fresh}, let in: {let_in}", card.id);
                self.stage.broken(if over { Promise::OverIsOver } else { Promise::GoodIsGood }, what);
            }
        }
        let head = self.stage.history(|history| history.session(card.id).map(|session| session.head));
        let at_head = card.refresh.iter().find(|token| {
            let parsed = RefreshToken::parse(&self.world.parts.secrets.refresh_mac, token.expose());
            parsed.map(|token| token.generation) == head
        });
        if let Some(token) = at_head {
            let let_in = self.refresh_with(token).await == Some(true);
            if let_in == over {
                let what = format!("{} over: {over}, refreshed: {let_in}", card.id);
                self.stage.broken(if over { Promise::OverIsOver } else { Promise::GoodIsGood }, what);
            }
        }
    }

    /// Whoever holds an open challenge of a ticket and the next code is let in.
    async fn settle_challenges(&self) {
        let challenges = self.board().challenges.clone();
        for card in challenges {
            self.stage.clock.advance(Span::seconds(60));
            let good = self.stage.history(|history| {
                let challenge = history.challenge(card.id)?;
                let ticket = history.ticket(challenge.ticket?)?;
                let in_time = self.now(history) < challenge.expires_at;
                Some(
                    !challenge.is_over()
                        && in_time
                        && !history.is_fenced(challenge.user, ticket.minted, ticket.fences.user),
                )
            });
            let let_in = self.verify_with(&card, None, true).await == Some(true);
            if good == Some(true) && !let_in {
                self.stage.broken(Promise::GoodIsGood, format!("{} waits and was refused", card.id));
            }
        }
    }

    /// Whether the database says what was written.
    async fn compare(&self) {
        let tickets: Vec<_> =
            self.stage.history(|h| h.tickets().map(|(id, life)| (id, life.clone())).collect());
        for (id, life) in tickets {
            let found = self.world.parts.store.ticket(id).await.ok().flatten();
            let same = found.as_ref().is_some_and(|ticket| match (ticket.state, life.spent) {
                (TicketState::Spent { session, at }, Some((by, _, when))) => session == by && at == when,
                (TicketState::Revoked { .. }, None) => life.revoked,
                (TicketState::Issued, None) => !life.revoked,
                _ => false,
            });
            if !same {
                let found = found.map(|ticket| ticket.state);
                self.stage
                    .broken(Promise::NothingLost, format!("{id}: {life:?} is in the database as {found:?}"));
            }
        }
        let sessions: Vec<_> =
            self.stage.history(|h| h.sessions().map(|(id, life)| (id, life.clone())).collect());
        for (id, life) in sessions {
            let found = self.world.parts.store.session(id).await.ok().flatten().map(|view| view.session);
            let same = found.as_ref().is_some_and(|session| {
                session.ended.is_some() == life.ended.is_some() && session.generation == life.head
            });
            if !same {
                let found = found.map(|session| (session.ended, session.generation));
                self.stage
                    .broken(Promise::NothingLost, format!("{id}: {life:?} is in the database as {found:?}"));
            }
        }
    }
}
