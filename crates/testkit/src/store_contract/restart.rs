//! What was acknowledged is there after a restart.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError};
use authms_core::session::{Change as Session, EndReason};
use authms_core::ticket::TicketState;

pub(super) const CASES: &[Case] = &[
    Case { name: "p04_consumed_stays_consumed_over_a_restart", run: |w| Box::pin(consumed(w)) },
    Case { name: "all that was written is there after a restart", run: |w| Box::pin(all_there(w)) },
];

async fn consumed(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let session = w.new_session(&tenant, &user);
    let at = w.store.commit(w.redemption(&ticket, &session, None)).await.unwrap().at;
    let (guard, rotation) = w.rotation(session.id, 0);
    w.try_commit(vec![guard.clone()], rotation).await.unwrap();
    let other = w.session(&tenant, &user).await;
    w.commit(Change::Session(Session::End { id: other.id, reason: EndReason::Logout })).await;

    let now = w.now();
    let w = w.restarted_at(now).await;
    let state = w.store.for_redeem(ticket.id).await.unwrap().unwrap().ticket.state;
    assert_eq!(state, TicketState::Spent { session: session.id, at });
    let again = w.redemption(&ticket, &w.new_session(&tenant, &user), None);
    assert_eq!(w.store.commit(again).await.unwrap_err(), CommitError::Conflict(0));
    let (_, rotation) = w.rotation(session.id, 0);
    assert_eq!(w.try_commit(vec![guard], rotation).await.unwrap_err(), CommitError::Conflict(0));
    assert!(w.store.session(other.id).await.unwrap().unwrap().session.ended.is_some());
}

async fn all_there(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Admin).await;
    let (client, key) = (w.client(&tenant).await, w.key(&tenant).await);
    let (ticket, session) = (w.ticket(&tenant, &user).await, w.session(&tenant, &user).await);
    let seen = |w: &World| {
        let store = std::sync::Arc::clone(&w.store);
        async move {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                store.tenant(tenant.id).await,
                store.member(tenant.id, user.id).await,
                store.client(client.id).await,
                store.api_key(key.id).await,
                store.for_redeem(ticket.id).await,
                store.session(session.id).await,
            )
        }
    };
    let before = seen(&w).await;
    let now = w.now();
    let w = w.restarted_at(now).await;
    assert_eq!(seen(&w).await, before);
}
