//! What may answer again no longer is erased.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::page::PageRequest;
use authms_core::session::{ByAssurance, Change as Session, EndReason, ROTATION_WINDOW};
use authms_core::ticket::{Change as Ticket, Idempotency, Minter, NewTicket};
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "a sweep erases replays past their window", run: |w| Box::pin(replays(w)) },
    Case { name: "a sweep erases rotations past their window", run: |w| Box::pin(rotations(w)) },
    Case { name: "a sweep erases idempotency keys past their window", run: |w| Box::pin(keys(w)) },
    Case { name: "a sweep erases any number of rows", run: |w| Box::pin(many(w)) },
    Case {
        name: "sessions are found by user before, between and after sweeps",
        run: |w| Box::pin(by_user(w)),
    },
];

const MOMENT: Span = Span::millis(1);

async fn replays(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let session = w.new_session(&tenant, &user);
    let replay = w.new_replay();
    let at = w.store.commit(w.redemption(&ticket, &session, Some(replay))).await.unwrap().at;
    let kept = || async { w.store.for_redeem(ticket.id).await.unwrap().unwrap().replay.is_some() };
    w.clock.set(at.plus(replay.window).minus(MOMENT));
    w.store.sweep().await.unwrap();
    assert!(kept().await);
    w.clock.advance(MOMENT);
    w.store.sweep().await.unwrap();
    assert!(!kept().await);
}

async fn rotations(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    let (guard, change) = w.rotation(session.id, 0);
    let at = w.try_commit(vec![guard], change).await.unwrap().at;
    let kept = || async { w.store.session(session.id).await.unwrap().unwrap().rotation.is_some() };
    w.clock.set(at.plus(ROTATION_WINDOW).minus(MOMENT));
    w.store.sweep().await.unwrap();
    assert!(kept().await);
    w.clock.advance(MOMENT);
    w.store.sweep().await.unwrap();
    assert!(!kept().await);
    let (guard, change) = w.rotation(session.id, 1);
    w.try_commit(vec![guard], change).await.unwrap();
    assert!(kept().await);
}

async fn keys(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
    let ticket = w.new_ticket(&tenant, &user, Minter::Console);
    let new = NewTicket { ticket, ttl: Span::seconds(60), idempotency: Some(key) };
    let at = w.commit(Change::Ticket(Ticket::Mint(Box::new(new)))).await.at;
    let kept = || async { w.store.by_idempotency(key.scope, key.key_hash).await.unwrap().is_some() };
    w.clock.set(at.plus(Idempotency::WINDOW).minus(MOMENT));
    w.store.sweep().await.unwrap();
    assert!(kept().await);
    w.clock.advance(MOMENT);
    w.store.sweep().await.unwrap();
    // Read by a clock that was set back, the row would show if it were there.
    w.clock.step_back(Span::hours(1));
    assert!(!kept().await);
}

async fn many(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let mut tickets = Vec::new();
    for _ in 0..1200 {
        let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
        let ticket = w.new_ticket(&tenant, &user, Minter::Console);
        let new = NewTicket { ticket, ttl: Span::seconds(60), idempotency: Some(key) };
        let store = std::sync::Arc::clone(&w.store);
        let commit = authms_core::commit::Commit::new(w.audit());
        let commit = commit.change(Change::Ticket(Ticket::Mint(Box::new(new))));
        tickets.push((key, tokio::spawn(async move { store.commit(commit).await.map(drop) })));
    }
    let mut keys = Vec::new();
    for (key, mint) in tickets {
        mint.await.expect("a mint returns").expect("it commits");
        keys.push(key);
    }
    w.clock.advance(Idempotency::WINDOW);
    w.store.sweep().await.unwrap();
    w.clock.step_back(Span::hours(1));
    for key in keys {
        assert!(w.store.by_idempotency(key.scope, key.key_hash).await.unwrap().is_none());
    }
}

async fn by_user(w: World) {
    let tenant = w.tenant().await;
    let (user, bystander) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    let mut opened = Vec::new();
    let listed = || async {
        let (now, idle) = (w.now(), ByAssurance::same(Span::hours(9)));
        let page = PageRequest::new(None, Some(100));
        let found = w.store.sessions_of(tenant.id, user.id, now, idle, page).await.unwrap();
        assert_eq!(found.total as usize, found.items.len());
        found.items.into_iter().map(|s| s.id).collect::<Vec<_>>()
    };
    for n in 0..9_u8 {
        let mut session = w.new_session(&tenant, &user);
        session.origin.ip = Some([192, 0, 2, n].into());
        w.open(&session).await;
        w.session(&tenant, &bystander).await;
        opened.insert(0, session.id);
        assert_eq!(listed().await, opened);
        if n % 3 == 0 {
            w.store.sweep().await.unwrap();
            assert_eq!(listed().await, opened);
        }
    }
    for n in 0..9_u8 {
        let network = authms_core::limits::network([192, 0, 2, n].into());
        assert!(w.store.signed_in_from(user.id, network).await.unwrap(), "{n}");
    }
    let (reason, except) = (EndReason::PasswordChanged, Some(opened[4]));
    w.commit(Change::Session(Session::EndAll { tenant: tenant.id, user: user.id, except, reason })).await;
    assert_eq!(listed().await, opened[4..5]);
}
