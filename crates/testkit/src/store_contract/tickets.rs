//! Tickets: minted, spent, guessed at, replayed.

use super::Case;
use super::world::{TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, Commit};
use authms_core::id::TicketId;
use authms_core::ticket::{Change as Ticket, Idempotency, Minter, NewTicket, Purpose, TicketState};
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "a minted ticket reads back", run: |w| Box::pin(mint(w)) },
    Case { name: "each sort of minter reads back", run: |w| Box::pin(minters(w)) },
    Case { name: "a spent ticket names its session and time", run: |w| Box::pin(spend(w)) },
    Case { name: "attempts are counted", run: |w| Box::pin(attempts(w)) },
    Case { name: "a counted replay erases what answers it", run: |w| Box::pin(replays(w)) },
    Case { name: "an idempotency key finds its ticket", run: |w| Box::pin(idempotency(w)) },
];

async fn mint(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let client = w.client(&tenant).await;
    let mut ticket = w.new_ticket(&tenant, &user, Minter::Console);
    ticket.purpose = Purpose::OnBehalf;
    ticket.client = Some(client.id);
    ticket.proof = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned());
    ticket.reason = Some("support case \"7\"".to_owned());
    ticket.subject_auth_time = Some(w.now().minus(Span::hours(1)));
    ticket.subject_amr = vec!["pwd".to_owned(), "otp".to_owned()];
    ticket.fences.client = Some(client.fence);
    ticket.fences.actor = Some(u32::MAX);
    w.clock.advance(Span::seconds(1));
    let at = w.mint(&ticket).await.at;
    (ticket.created_at, ticket.expires_at) = (at, at.plus(TTL));
    let view = w.store.for_redeem(ticket.id).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", view.ticket), format!("{ticket:?}"));
    assert!(view.replay.is_none());
    let other: TicketId = w.id();
    assert!(w.store.for_redeem(other).await.unwrap().is_none());
}

async fn minters(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let person = Minter::Person { user: w.id(), session: w.id() };
    for minter in [Minter::Console, Minter::System(w.id()), person] {
        let ticket = w.new_ticket(&tenant, &user, minter);
        w.mint(&ticket).await;
        assert_eq!(w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.minter, minter);
    }
}

async fn spend(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let mut session = w.new_session(&tenant, &user);
    session.ticket = Some(ticket.id);
    let replay = w.new_replay();
    let at = w.store.commit(w.redemption(&ticket, &session, Some(replay))).await.unwrap().at;
    let view = w.store.for_redeem(ticket.id).await.unwrap().unwrap();
    assert_eq!(view.ticket.state, TicketState::Spent { session: session.id, at });
    assert_eq!(view.replay, Some(replay));
    assert_eq!(w.store.session(session.id).await.unwrap().unwrap().session.ticket, Some(ticket.id));
}

async fn attempts(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    for n in 1..=3 {
        w.commit(Change::Ticket(Ticket::CountAttempt { id: ticket.id, allowed: u8::MAX })).await;
        assert_eq!(w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.attempts, n);
    }
}

async fn replays(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let session = w.new_session(&tenant, &user);
    w.store.commit(w.redemption(&ticket, &session, Some(w.new_replay()))).await.unwrap();
    w.store.commit(Commit::counted_replay(ticket.id)).await.unwrap();
    w.commit(Change::Ticket(Ticket::CountReplay(ticket.id))).await;
    let view = w.store.for_redeem(ticket.id).await.unwrap().unwrap();
    assert_eq!(view.ticket.replays, 2);
    assert!(view.replay.is_none());
}

async fn idempotency(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let key = Idempotency { scope: w.bytes(), key_hash: w.bytes(), request_hash: w.bytes() };
    let ticket = w.new_ticket(&tenant, &user, Minter::Console);
    let new = NewTicket { ticket: ticket.clone(), ttl: TTL, idempotency: Some(key) };
    w.commit(Change::Ticket(Ticket::Mint(Box::new(new)))).await;
    let found = w.store.by_idempotency(key.scope, key.key_hash).await.unwrap();
    assert_eq!(found, Some((ticket.id, key)));
    assert_eq!(w.store.by_idempotency(key.scope, w.bytes()).await.unwrap(), None);
    assert_eq!(w.store.by_idempotency(w.bytes(), key.key_hash).await.unwrap(), None);
    w.clock.advance(Idempotency::WINDOW);
    assert_eq!(w.store.by_idempotency(key.scope, key.key_hash).await.unwrap(), None);
}
