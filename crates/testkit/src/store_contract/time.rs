//! The store's time: decided at the commit, and never falling.

use super::Case;
use super::world::{TTL, World};
use authms_core::access::Role;
use authms_core::commit::{Change, Commit, CommitError};
use authms_core::ticket::Change as Ticket;
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "s03_expired_at_the_commit", run: |w| Box::pin(expiry(w)) },
    Case { name: "commit times never fall", run: |w| Box::pin(monotonic(w)) },
    Case { name: "a clock that steps back revives nothing", run: |w| Box::pin(step_back(w)) },
    Case { name: "nor does one that steps back over a restart", run: |w| Box::pin(over_restart(w)) },
];

async fn expiry(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    // Read while it lives, committed when it does not.
    let redemption = w.redemption(&ticket, &w.new_session(&tenant, &user), None);
    w.clock.advance(TTL);
    assert_eq!(w.store.commit(redemption).await.unwrap_err(), CommitError::Conflict(0));
}

async fn monotonic(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let count = || w.commit(Change::Ticket(Ticket::CountAttempt { id: ticket.id, allowed: u8::MAX }));
    let mut last = count().await.at;
    assert_eq!(last, w.now());
    for step in [-1, -3_600_000, 5, 0, -86_400_000, 1000, 7_200_000] {
        let now = w.now();
        w.clock.set(now.plus(Span::millis(step)));
        let at = count().await.at;
        assert_eq!(at, last.max(w.now()));
        last = at;
    }
}

async fn step_back(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    let redemption = || w.redemption(&ticket, &w.new_session(&tenant, &user), None);
    w.clock.advance(TTL);
    // The refused commit left no row behind, but it was told that the ticket is dead.
    assert_eq!(w.store.commit(redemption()).await.unwrap_err(), CommitError::Conflict(0));
    w.clock.step_back(TTL.max(Span::hours(1)));
    assert_eq!(w.store.commit(redemption()).await.unwrap_err(), CommitError::Conflict(0));
    assert!(w.store.commit(Commit::refusal("expired")).await.is_ok());
}

async fn over_restart(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let ticket = w.ticket(&tenant, &user).await;
    w.clock.advance(TTL);
    let last = w.commit(Change::CountRefusal("expired")).await.at;
    let before = w.now().minus(Span::hours(1));
    let w = w.restarted_at(before).await;
    let redemption = w.redemption(&ticket, &w.new_session(&tenant, &user), None);
    assert_eq!(w.store.commit(redemption).await.unwrap_err(), CommitError::Conflict(0));
    assert!(w.commit(Change::CountRefusal("expired")).await.at >= last);
}
