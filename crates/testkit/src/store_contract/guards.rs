//! Every guard, where it holds and where it fails; a failed one leaves nothing behind.

use super::Case;
use super::world::{ATTEMPTS, SESSION_TTL, TTL, World};
use authms_core::access::Role;
use authms_core::client;
use authms_core::commit::{Change, Commit, CommitError, Guard, Row};
use authms_core::id::{ApiKeyId, ClientId, SessionId, TenantId, TicketId, UserId};
use authms_core::session::{Change as Session, EndReason};
use authms_core::ticket::{Change as Ticket, Idempotency, Minter, NewTicket};

pub(super) const CASES: &[Case] = &[
    Case { name: "TicketLive: unspent", run: |w| Box::pin(unspent(w)) },
    Case { name: "TicketLive: unexpired", run: |w| Box::pin(unexpired(w)) },
    Case { name: "TicketLive: fewer attempts", run: |w| Box::pin(attempts(w)) },
    Case { name: "ReplaysBelow", run: |w| Box::pin(replays(w)) },
    Case { name: "FamilyHead: the generation", run: |w| Box::pin(generation(w)) },
    Case { name: "FamilyHead: not ended, not expired", run: |w| Box::pin(family_over(w)) },
    Case {
        name: "SessionOpen: not ended, not expired, whatever the head",
        run: |w| Box::pin(session_open(w)),
    },
    Case { name: "SessionUnflagged: there, and flagged by nobody", run: |w| Box::pin(unflagged(w)) },
    Case { name: "IdempotencyFree", run: |w| Box::pin(idempotency(w)) },
    Case { name: "Rev: of every row", run: |w| Box::pin(revisions(w)) },
    Case {
        name: "a conflict names the first guard that fails, and nothing is written",
        run: |w| Box::pin(index(w)),
    },
];

const CONFLICT: CommitError = CommitError::Conflict(0);

/// Whether a commit under this guard alone passes.
async fn holds(w: &World, guard: Guard) -> bool {
    match w.try_commit(vec![guard], Change::CountRefusal("probe")).await {
        Ok(_) => true,
        Err(CommitError::Conflict(0)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn unspent(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    assert!(holds(&w, World::live(ticket.id)).await);
    let first = w.new_session(&tenant, &user);
    w.store.commit(w.redemption(&ticket, &first, None)).await.unwrap();
    let second = w.new_session(&tenant, &user);
    assert_eq!(w.store.commit(w.redemption(&ticket, &second, None)).await.unwrap_err(), CONFLICT);
    assert!(w.store.session(second.id).await.unwrap().is_none());
    let unknown: TicketId = w.id();
    assert!(!holds(&w, World::live(unknown)).await);
}

async fn unexpired(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.new_ticket(&tenant, &user, Minter::Console);
    let at = w.mint(&ticket).await.at;
    w.clock.set(at.plus(TTL).minus(authms_core::time::Span::millis(1)));
    assert!(holds(&w, World::live(ticket.id)).await);
    w.clock.set(at.plus(TTL));
    assert!(!holds(&w, World::live(ticket.id)).await);
}

async fn attempts(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    for _ in 0..ATTEMPTS {
        let count = Change::Ticket(Ticket::CountAttempt { id: ticket.id, allowed: u8::MAX });
        w.try_commit(vec![World::live(ticket.id)], count).await.unwrap();
    }
    assert!(!holds(&w, World::live(ticket.id)).await);
    assert!(holds(&w, Guard::TicketLive { id: ticket.id, attempts_below: ATTEMPTS + 1 }).await);
}

async fn replays(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let below = |bound| Guard::ReplaysBelow { id: ticket.id, bound };
    for _ in 0..2 {
        w.try_commit(vec![below(2)], Change::Ticket(Ticket::CountReplay(ticket.id))).await.unwrap();
    }
    assert!(!holds(&w, below(2)).await);
    assert!(holds(&w, below(3)).await);
    let unknown: TicketId = w.id();
    assert!(!holds(&w, Guard::ReplaysBelow { id: unknown, bound: 9 }).await);
}

async fn generation(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    let head = |generation| Guard::FamilyHead { session: session.id, generation };
    assert!(holds(&w, head(0)).await);
    let (guard, change) = w.rotation(session.id, 0);
    w.try_commit(vec![guard], change).await.unwrap();
    assert!(!holds(&w, head(0)).await);
    assert!(holds(&w, head(1)).await);
    assert!(!holds(&w, head(2)).await);
    let unknown: SessionId = w.id();
    assert!(!holds(&w, Guard::FamilyHead { session: unknown, generation: 0 }).await);
}

async fn family_over(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (ended, expired) = (w.session(&tenant, &user).await, w.new_session(&tenant, &user));
    let at = w.open(&expired).await.at;
    let head = |session| Guard::FamilyHead { session, generation: 0 };
    w.commit(Change::Session(Session::End { id: ended.id, reason: EndReason::Logout })).await;
    assert!(!holds(&w, head(ended.id)).await);
    assert!(holds(&w, head(expired.id)).await);
    w.clock.set(at.plus(SESSION_TTL));
    assert!(!holds(&w, head(expired.id)).await);
}

async fn session_open(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (ended, expired) = (w.session(&tenant, &user).await, w.new_session(&tenant, &user));
    let at = w.open(&expired).await.at;
    let (guard, change) = w.rotation(expired.id, 0);
    w.try_commit(vec![guard], change).await.unwrap();
    assert!(holds(&w, Guard::SessionOpen(ended.id)).await);
    w.commit(Change::Session(Session::End { id: ended.id, reason: EndReason::Logout })).await;
    assert!(!holds(&w, Guard::SessionOpen(ended.id)).await);
    assert!(holds(&w, Guard::SessionOpen(expired.id)).await);
    w.clock.set(at.plus(SESSION_TTL));
    assert!(!holds(&w, Guard::SessionOpen(expired.id)).await);
    let unknown: SessionId = w.id();
    assert!(!holds(&w, Guard::SessionOpen(unknown)).await);
}

async fn unflagged(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    assert!(holds(&w, Guard::SessionUnflagged(session.id)).await);
    w.commit(Change::Session(Session::End { id: session.id, reason: EndReason::Logout })).await;
    assert!(holds(&w, Guard::SessionUnflagged(session.id)).await, "over or not");
    w.commit(Change::Session(Session::Flag(session.id))).await;
    assert!(!holds(&w, Guard::SessionUnflagged(session.id)).await);
    let unknown: SessionId = w.id();
    assert!(!holds(&w, Guard::SessionUnflagged(unknown)).await);
}

async fn idempotency(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
    let free = Guard::IdempotencyFree { scope: key.scope, key_hash: key.key_hash };
    let mint = |w: &World| {
        let ticket = w.new_ticket(&tenant, &user, Minter::Console);
        let new = NewTicket { ticket: ticket.clone(), ttl: TTL, idempotency: Some(key) };
        (ticket.id, Change::Ticket(Ticket::Mint(Box::new(new))))
    };
    let (_, first) = mint(&w);
    let at = w.try_commit(vec![free.clone()], first).await.unwrap().at;
    let (second, change) = mint(&w);
    assert_eq!(w.try_commit(vec![free.clone()], change).await.unwrap_err(), CONFLICT);
    assert!(w.store.for_redeem(second).await.unwrap().is_none());
    assert!(holds(&w, Guard::IdempotencyFree { scope: w.bytes(), key_hash: key.key_hash }).await);
    // Past its window a key is free, whether or not a sweep has come by.
    w.clock.set(at.plus(Idempotency::WINDOW));
    let (third, change) = mint(&w);
    w.try_commit(vec![free], change).await.unwrap();
    let found = w.store.by_idempotency(key.scope, key.key_hash).await.unwrap();
    assert_eq!(found.map(|(id, _)| id), Some(third));
}

async fn revisions(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (client, key) = (w.client(&tenant).await, w.key(&tenant).await);
    let rev = |row, rev| Guard::Rev { row, rev };
    let existing = [
        Row::Tenant(tenant.id),
        Row::User(user.id),
        Row::Membership(tenant.id, user.id),
        Row::Client(client.id),
        Row::ApiKey(key.id),
    ];
    for row in existing {
        assert!(holds(&w, rev(row, 1)).await, "{row:?}");
        assert!(!holds(&w, rev(row, 2)).await, "{row:?}");
        assert!(!holds(&w, rev(row, 0)).await, "{row:?}");
    }
    let (t, u): (TenantId, UserId) = (w.id(), w.id());
    let (c, k): (ClientId, ApiKeyId) = (w.id(), w.id());
    let membership = Row::Membership(tenant.id, u);
    for row in [Row::Installation, Row::Tenant(t), Row::User(u), membership, Row::Client(c), Row::ApiKey(k)] {
        assert!(holds(&w, rev(row, 0)).await, "{row:?}");
        assert!(!holds(&w, rev(row, 1)).await, "{row:?}");
    }
    w.commit(Change::Client(client::Change::Delete(client.id))).await;
    assert!(holds(&w, rev(Row::Client(client.id), 0)).await);
}

async fn index(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let (live, session) = (w.ticket(&tenant, &user).await, w.session(&tenant, &user).await);
    let (dead, none): (TicketId, TicketId) = (w.id(), w.id());
    let (_, rotation) = w.rotation(session.id, 0);
    let commit = Commit::new(w.audit())
        .guard(World::live(live.id))
        .guard(Guard::Rev { row: Row::User(user.id), rev: 1 })
        .guard(World::live(dead))
        .guard(World::live(none))
        .change(Change::Ticket(Ticket::CountAttempt { id: live.id, allowed: u8::MAX }))
        .change(rotation);
    assert_eq!(w.store.commit(commit).await.unwrap_err(), CommitError::Conflict(2));
    assert_eq!(w.store.for_redeem(live.id).await.unwrap().unwrap().ticket.attempts, 0);
    assert_eq!(w.store.session(session.id).await.unwrap().unwrap().session.generation, 0);
}
