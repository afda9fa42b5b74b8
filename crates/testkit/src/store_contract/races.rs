//! Barrier-released storms on everything that may happen only once.

use super::Case;
use super::world::{ATTEMPTS, TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, Commit, CommitError, Guard, Row};
use authms_core::ports::Store;
use authms_core::tenant::{Change as Tenants, Tenant};
use authms_core::ticket::{Change as Ticket, Idempotency, Minter, NewTicket, TicketState};
use std::sync::Arc;
use tokio::sync::Barrier;

const RACERS: usize = 64;

pub(super) const CASES: &[Case] = &[
    Case { name: "s02_parallel_redeem_one_wins", run: |w| Box::pin(redeem(w)) },
    Case { name: "p07_parallel_guesses_are_bounded", run: |w| Box::pin(guesses(w)) },
    Case { name: "p05_parallel_refresh_one_wins", run: |w| Box::pin(refresh(w)) },
    Case { name: "of parallel mints under one idempotency key one wins", run: |w| Box::pin(mints(w)) },
    Case { name: "of parallel updates of one revision one wins", run: |w| Box::pin(updates(w)) },
    Case { name: "parallel commits of different rows all win", run: |w| Box::pin(all_win(w)) },
];

/// Commits all at once; the outcomes in order.
pub(super) async fn race(w: &World, commits: Vec<Commit>) -> Vec<Result<(), CommitError>> {
    race_over(std::slice::from_ref(&w.store), commits).await
}

/// The same over several stores, by turns.
pub(super) async fn race_over(
    stores: &[Arc<dyn Store>],
    commits: Vec<Commit>,
) -> Vec<Result<(), CommitError>> {
    let barrier = Arc::new(Barrier::new(commits.len()));
    let racers: Vec<_> = commits
        .into_iter()
        .zip(stores.iter().cycle())
        .map(|(commit, store)| {
            let (store, barrier) = (Arc::clone(store), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                store.commit(commit).await.map(drop)
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for racer in racers {
        outcomes.push(racer.await.expect("a racer returns"));
    }
    outcomes
}

/// Exactly so many win, and every other loses to the guard.
pub(super) fn assert_winners(outcomes: &[Result<(), CommitError>], winners: usize) {
    assert_eq!(outcomes.iter().filter(|o| o.is_ok()).count(), winners, "{outcomes:?}");
    let lost = outcomes.iter().filter(|o| **o == Err(CommitError::Conflict(0))).count();
    assert_eq!(lost, outcomes.len() - winners, "{outcomes:?}");
}

async fn redeem(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    for _ in 0..5 {
        let ticket = w.ticket(&tenant, &user).await;
        let sessions: Vec<_> = (0..RACERS).map(|_| w.new_session(&tenant, &user)).collect();
        let commits = sessions.iter().map(|s| w.redemption(&ticket, s, None)).collect();
        let outcomes = race(&w, commits).await;
        assert_winners(&outcomes, 1);
        let state = w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.state;
        for (session, outcome) in sessions.iter().zip(outcomes) {
            let opened = w.store.session(session.id).await.unwrap().is_some();
            let named = matches!(state, TicketState::Spent { session: s, .. } if s == session.id);
            assert_eq!((opened, named), (outcome.is_ok(), outcome.is_ok()));
        }
    }
}

async fn guesses(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let guess = |_| {
        let count = Change::Ticket(Ticket::CountAttempt { id: ticket.id, allowed: u8::MAX });
        Commit::new(w.audit()).guard(World::live(ticket.id)).change(count)
    };
    let outcomes = race(&w, (0..RACERS).map(guess).collect()).await;
    assert_winners(&outcomes, ATTEMPTS.into());
    assert_eq!(w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.attempts, ATTEMPTS);
}

async fn refresh(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    for from in 0..5 {
        let rotate = |_| {
            let (guard, change) = w.rotation(session.id, from);
            Commit::new(w.audit()).guard(guard).change(change)
        };
        assert_winners(&race(&w, (0..RACERS).map(rotate).collect()).await, 1);
        assert_eq!(w.store.session(session.id).await.unwrap().unwrap().session.generation, from + 1);
    }
}

async fn mints(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
    let mint = |_| {
        let ticket = w.new_ticket(&tenant, &user, Minter::Console);
        let new = NewTicket { ticket, ttl: TTL, idempotency: Some(key) };
        Commit::new(w.audit())
            .guard(Guard::IdempotencyFree { scope: key.scope, key_hash: key.key_hash })
            .change(Change::Ticket(Ticket::Mint(Box::new(new))))
    };
    assert_winners(&race(&w, (0..RACERS).map(mint).collect()).await, 1);
}

async fn updates(w: World) {
    let tenant = w.tenant().await;
    let update = |_| {
        let next = Tenant { rev: 2, ..tenant.clone() };
        Commit::new(w.audit())
            .guard(Guard::Rev { row: Row::Tenant(tenant.id), rev: 1 })
            .change(Change::Tenant(Tenants::Update(next)))
    };
    assert_winners(&race(&w, (0..16).map(update).collect()).await, 1);
}

async fn all_win(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let mut commits = Vec::new();
    for _ in 0..RACERS {
        let ticket = w.ticket(&tenant, &user).await;
        let session = w.new_session(&tenant, &user);
        commits.push(w.redemption(&ticket, &session, None));
    }
    assert_winners(&race(&w, commits).await, RACERS);
}
