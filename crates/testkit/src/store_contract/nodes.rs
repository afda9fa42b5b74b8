//! What only shows where commits are judged together, or by several nodes: for engines that do so.

use super::races::{assert_winners, race_over};
use super::world::{ATTEMPTS, TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, Commit, CommitError, Guard};
use authms_core::id::{SessionId, TicketId};
use authms_core::risk::{History, Learned, Place, SignInSeen};
use authms_core::session::{Change as Sessions, EndReason};
use authms_core::tenant::Tenant;
use authms_core::ticket::{
    Change as Tickets, Idempotency, Minter, NewTicket, Revocation, Ticket, TicketState,
};
use authms_core::time::Span;
use authms_core::user::User;

const RACERS: usize = 64;

/// Two nodes over one database race for everything that may happen only once: of all who want it, one gets it.
pub async fn two_nodes(w: World) {
    let other = w.beside().await;
    let stores = [w.store.clone(), other.store.clone()];
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    for _ in 0..5 {
        let ticket = w.ticket(&tenant, &user).await;
        let redeem = |_| w.redemption(&ticket, &w.new_session(&tenant, &user), None);
        assert_winners(&race_over(&stores, (0..RACERS).map(redeem).collect()).await, 1);

        let session = w.session(&tenant, &user).await;
        let rotate = |_| {
            let (guard, change) = w.rotation(session.id, 0);
            Commit::new(w.audit()).guard(guard).change(change)
        };
        assert_winners(&race_over(&stores, (0..RACERS).map(rotate).collect()).await, 1);

        let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
        let mint = |_| w.minting(&tenant, &user, Some(key));
        assert_winners(&race_over(&stores, (0..RACERS).map(mint).collect()).await, 1);

        let newcomer = w.user(&tenant, Role::Member).await;
        for rev in 0..2 {
            let learn = |_| w.learning(&tenant, &newcomer, rev);
            assert_winners(&race_over(&stores, (0..RACERS).map(learn).collect()).await, 1);
        }
    }
}

/// Commits that are judged in memory race with such as are judged one after another, on two nodes: none overlooks what
/// another one wrote.
pub async fn two_lanes(w: World) {
    let other = w.beside().await;
    let stores = [w.store.clone(), other.store.clone()];
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    for _ in 0..50 {
        let ticket = w.ticket(&tenant, &user).await;
        let redeem = |_| w.redemption(&ticket, &w.new_session(&tenant, &user), None);
        let commits = (0..4).map(redeem).chain([w.revocation(ticket.id)]).collect();
        assert_winners(&race_over(&stores, commits).await, 1);
    }
    for round in 0..10 {
        let ticket = w.ticket(&tenant, &user).await;
        let ways_in = |n: usize| match n % 4 {
            // One at a time, by way of the general lane.
            0 if n == round => w.revocation(ticket.id),
            0 => w.attempt(ticket.id),
            _ => w.redemption(&ticket, &w.new_session(&tenant, &user), None),
        };
        let commits: Vec<Commit> = (0..RACERS).map(ways_in).collect();
        let ends: Vec<bool> = (0..RACERS).map(|n| n % 4 != 0 || n == round).collect();
        let outcomes = race_over(&stores, commits).await;
        let ended = outcomes.iter().zip(&ends).filter(|(outcome, ends)| outcome.is_ok() && **ends).count();
        let tried = outcomes.iter().zip(&ends).filter(|(outcome, ends)| outcome.is_ok() && !**ends).count();
        let view = w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket;
        assert_eq!(usize::from(view.attempts), tried, "{outcomes:?}");
        assert!(view.attempts <= ATTEMPTS, "{outcomes:?}");
        assert_eq!(ended, usize::from(view.attempts < ATTEMPTS), "{outcomes:?}");
        let won = outcomes.iter().all(|o| matches!(o, Ok(()) | Err(CommitError::Conflict(0))));
        assert!(won, "{outcomes:?}");

        let session = w.session(&tenant, &user).await;
        let minted_in = |_| {
            let minter = Minter::Person { user: user.id, session: session.id };
            let ticket = w.new_ticket(&tenant, &user, minter);
            let opened = w.new_session(&tenant, &user);
            (ticket, opened)
        };
        let pairs: Vec<_> = (0..16).map(minted_in).collect();
        for (ticket, _) in &pairs {
            w.mint(ticket).await;
        }
        let goes_on = pairs
            .iter()
            .map(|(ticket, opened)| w.redemption(ticket, opened, None).guard(Guard::SessionOpen(session.id)));
        let end = if round % 2 == 0 { w.ending(session.id) } else { w.ending_all(&tenant, &user) };
        let (guard, change) = w.rotation(session.id, 0);
        let rotate = Commit::new(w.audit()).guard(guard).change(change);
        let outcomes = race_over(&stores, goes_on.chain([end, rotate]).collect()).await;
        assert_eq!(outcomes[16], Ok(()), "{outcomes:?}");
        let now = w.store.session(session.id).await.unwrap().unwrap();
        assert!(now.session.ended.is_some() && now.rotation.is_none(), "it is over: {now:?}");
        assert_eq!(now.session.generation, u32::from(outcomes[17].is_ok()));
        for ((ticket, opened), outcome) in pairs.iter().zip(&outcomes) {
            let state = w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.state;
            let is_spent = matches!(state, TicketState::Spent { session, .. } if session == opened.id);
            assert_eq!(is_spent, outcome.is_ok());
            let is_there = w.store.session(opened.id).await.unwrap().is_some();
            assert_eq!(is_there, outcome.is_ok());
        }
        let late = w.redemption(&w.ticket(&tenant, &user).await, &w.new_session(&tenant, &user), None);
        let late = other.store.commit(late.guard(Guard::SessionOpen(session.id))).await;
        assert_eq!(late.err(), Some(CommitError::Conflict(1)));
    }
}

/// Two engines that begin alike, one of which is given commits one by one and the other all at once, answer and end alike.
pub async fn agree(one: World, many: World, rounds: u32) {
    let (mut a, mut b) = (Script::new(&one).await, Script::new(&many).await);
    for round in 0..rounds {
        let (singly, together) = (a.batch(), b.batch());
        let mut expected = Vec::new();
        for commit in singly {
            expected.push(one.store.commit(commit).await.map(|done| done.at));
        }
        let found = many.store.commit_all(together).await;
        let found: Vec<_> = found.into_iter().map(|outcome| outcome.map(|done| done.at)).collect();
        assert_eq!(found, expected, "round {round}");
        assert_eq!(b.rows().await, a.rows().await, "round {round}");
        let later = Span::seconds(if a.choose(4) == 0 { 30 } else { 0 });
        b.choose(4);
        one.clock.advance(later);
        many.clock.advance(later);
    }
}

/// What happens to a few tickets, sessions and keys, at random, and the same in every world.
struct Script<'a> {
    w: &'a World,
    tenant: Tenant,
    user: User,
    tickets: Vec<Ticket>,
    sessions: Vec<SessionId>,
    keys: Vec<Idempotency>,
}

impl<'a> Script<'a> {
    async fn new(w: &'a World) -> Self {
        let tenant = w.tenant().await;
        let user = w.user(&tenant, Role::Member).await;
        let (mut tickets, mut sessions, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..4 {
            tickets.push(w.ticket(&tenant, &user).await);
            sessions.push(w.session(&tenant, &user).await.id);
            keys.push(Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() });
        }
        Self { w, tenant, user, tickets, sessions, keys }
    }

    fn choose(&self, of: usize) -> usize {
        usize::from(self.w.bytes::<1>()[0]) % of
    }

    /// Up to 24 commits, many of which want the same.
    fn batch(&mut self) -> Vec<Commit> {
        (0..=self.choose(24)).map(|_| self.commit()).collect()
    }

    fn commit(&mut self) -> Commit {
        let w = self.w;
        let (ticket, session) = (self.choose(self.tickets.len()), self.choose(self.sessions.len()));
        let key = self.keys[self.choose(self.keys.len())];
        let (ticket, session) = (self.tickets[ticket].clone(), self.sessions[session]);
        match self.choose(13) {
            0..=2 => {
                let opened = w.new_session(&self.tenant, &self.user);
                self.sessions.push(opened.id);
                let replay = (self.choose(2) == 0).then(|| w.new_replay());
                let redeem = w.redemption(&ticket, &opened, replay);
                if self.choose(2) == 0 { redeem.guard(Guard::SessionOpen(session)) } else { redeem }
            }
            3..=5 => {
                let (guard, change) = w.rotation(session, self.choose(3) as u32);
                Commit::new(w.audit()).guard(guard).change(change)
            }
            6 => w.ending(session),
            7 => Commit::refusal("unknown_ticket"),
            8 => Commit::new(w.audit()).guard(Guard::issued(ticket.id)),
            9 => {
                let new = w.new_ticket(&self.tenant, &self.user, Minter::Console);
                self.tickets.push(new.clone());
                w.minting_of(new, None)
            }
            10 => w.learning(&self.tenant, &self.user, self.choose(3) as u64),
            _ => w.minting(&self.tenant, &self.user, Some(key)),
        }
    }

    /// All that can be read of them.
    async fn rows(&self) -> Vec<String> {
        let store = &self.w.store;
        let mut rows = Vec::new();
        for ticket in &self.tickets {
            rows.push(format!("{:?}", store.for_redeem(ticket.id).await.unwrap()));
        }
        for session in &self.sessions {
            rows.push(format!("{:?}", store.session(*session).await.unwrap()));
        }
        for key in &self.keys {
            rows.push(format!("{:?}", store.by_idempotency(key.scope, key.key_hash).await.unwrap()));
        }
        rows.push(format!("{:?}", store.remembered(self.tenant.id, self.user.id).await.unwrap()));
        rows
    }
}

impl World {
    fn minting(&self, tenant: &Tenant, user: &User, key: Option<Idempotency>) -> Commit {
        self.minting_of(self.new_ticket(tenant, user, Minter::Console), key)
    }

    fn minting_of(&self, ticket: Ticket, key: Option<Idempotency>) -> Commit {
        let new = NewTicket { ticket, ttl: TTL, idempotency: key };
        let commit = Commit::new(self.audit()).change(Change::Ticket(Tickets::Mint(Box::new(new))));
        match key {
            Some(key) => commit.guard(Guard::IdempotencyFree { scope: key.scope, key_hash: key.key_hash }),
            None => commit,
        }
    }

    /// Learns this revision's sign-in.
    fn learning(&self, tenant: &Tenant, user: &User, rev: u64) -> Commit {
        let mut history = History::default();
        for _ in 0..=rev {
            history.learn(&SignInSeen { at: self.now(), ip: None, place: Place::default(), agent: None });
        }
        let (tenant, user) = (tenant.id, user.id);
        let learned = Learned { tenant, user, history, rev, at: self.now(), sessions: Vec::new() };
        Commit::learned(learned).guard(Guard::HistoryAsRead { tenant, user, rev })
    }

    fn revocation(&self, id: TicketId) -> Commit {
        let revoke = Change::Ticket(Tickets::Revoke { id, why: Revocation::Withdrawn });
        Commit::new(self.audit()).guard(Guard::issued(id)).change(revoke)
    }

    fn attempt(&self, id: TicketId) -> Commit {
        let count = Change::Ticket(Tickets::CountAttempt { id, allowed: ATTEMPTS });
        Commit::new(self.audit()).guard(Self::live(id)).change(count)
    }

    fn ending(&self, id: SessionId) -> Commit {
        let end = Change::Session(Sessions::End { id, reason: EndReason::Logout });
        Commit::new(self.audit()).change(end)
    }

    fn ending_all(&self, tenant: &Tenant, user: &User) -> Commit {
        let reason = EndReason::PasswordChanged;
        let end =
            Change::Session(Sessions::EndAll { tenant: tenant.id, user: user.id, except: None, reason });
        Commit::new(self.audit()).change(end)
    }
}
