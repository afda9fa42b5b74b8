//! Traffic budgets.

use super::Case;
use super::world::World;
use authms_core::limits::{Budget, LimitKind, Quota, Take};
use authms_core::time::Span;
use std::sync::Arc;

pub(super) const CASES: &[Case] = &[
    Case { name: "a budget is used up and fills again", run: |w| Box::pin(refill(w)) },
    Case { name: "all budgets are charged, or none", run: |w| Box::pin(all_or_none(w)) },
    Case { name: "a take of many is within the budget, or takes nothing", run: |w| Box::pin(many(w)) },
    Case { name: "budgets differ by kind and key", run: |w| Box::pin(separate(w)) },
    Case { name: "unused quota does not add up", run: |w| Box::pin(no_hoard(w)) },
    Case { name: "parallel takes exceed no budget", run: |w| Box::pin(parallel(w)) },
    Case { name: "a clock set back far keeps nobody out", run: |w| Box::pin(set_back(w)) },
    Case { name: "looking at a budget takes nothing", run: |w| Box::pin(looked_at(w)) },
    Case { name: "a sweep forgets no used budget", run: |w| Box::pin(swept(w)) },
];

fn of(kind: LimitKind, key: &str, requests: u32) -> Take {
    Take { kind, key: key.as_bytes().to_vec(), quota: Quota { requests, window: Span::seconds(60) }, cost: 1 }
}

async fn one(w: &World, take: Take) -> Budget {
    w.store.take(&[take]).await.unwrap()[0]
}

async fn refill(w: World) {
    let take = || of(LimitKind::SignIn, "a", 6);
    for n in 0..6_u32 {
        let budget = one(&w, take()).await;
        assert!(budget.allowed);
        assert_eq!((budget.kind, budget.remaining), (LimitKind::SignIn, 5 - n));
        let until_full = i64::from(n + 1) * 10;
        assert_eq!(budget.reset, Span::seconds(if n == 5 { 10 } else { until_full }));
    }
    let budget = one(&w, take()).await;
    assert_eq!((budget.allowed, budget.remaining, budget.reset), (false, 0, Span::seconds(10)));
    w.clock.advance(Span::millis(9_999));
    assert_eq!(one(&w, take()).await.reset, Span::millis(1));
    w.clock.advance(Span::millis(1));
    assert!(one(&w, take()).await.allowed);
    assert!(!one(&w, take()).await.allowed);
}

async fn many(w: World) {
    let take = |cost| Take { cost, ..of(LimitKind::Minter, "a", 6) };
    let budget = one(&w, take(4)).await;
    assert_eq!((budget.allowed, budget.remaining, budget.reset), (true, 2, Span::seconds(40)));
    let budget = one(&w, take(3)).await;
    assert_eq!((budget.allowed, budget.remaining, budget.reset), (false, 2, Span::seconds(10)));
    let budget = one(&w, take(7)).await;
    assert_eq!((budget.allowed, budget.remaining, budget.reset), (false, 2, Span::seconds(40)));
    assert!(one(&w, take(u32::MAX)).await.remaining == 2 && one(&w, take(2)).await.allowed);
    w.clock.advance(Span::seconds(59));
    assert!(!one(&w, take(6)).await.allowed);
    w.clock.advance(Span::seconds(1));
    assert!(one(&w, take(6)).await.allowed);
    assert!(one(&w, take(0)).await.allowed, "nothing is always allowed");
}

async fn all_or_none(w: World) {
    let takes = || [of(LimitKind::Address, "a", 10), of(LimitKind::Account, "b", 2)];
    for n in 1..=2 {
        let budgets = w.store.take(&takes()).await.unwrap();
        assert!(budgets.iter().all(|b| b.allowed));
        assert_eq!((budgets[0].remaining, budgets[1].remaining), (10 - n, 2 - n));
    }
    for _ in 0..3 {
        let budgets = w.store.take(&takes()).await.unwrap();
        assert_eq!((budgets[0].allowed, budgets[1].allowed), (true, false));
        assert_eq!((budgets[0].remaining, budgets[1].remaining), (8, 0));
    }
    assert!(w.store.take(&[]).await.unwrap().is_empty());
}

async fn separate(w: World) {
    assert!(one(&w, of(LimitKind::Address, "a", 1)).await.allowed);
    assert!(one(&w, of(LimitKind::Address, "b", 1)).await.allowed);
    assert!(one(&w, of(LimitKind::SignIn, "a", 1)).await.allowed);
    assert!(!one(&w, of(LimitKind::Address, "a", 1)).await.allowed);
}

async fn set_back(w: World) {
    let take = || of(LimitKind::Client, "a", 3);
    while one(&w, take()).await.allowed {}
    w.clock.step_back(Span::hours(5));
    for n in 0..4 {
        assert_eq!(one(&w, take()).await.allowed, n < 3);
    }
}

async fn no_hoard(w: World) {
    let take = || of(LimitKind::Client, "a", 3);
    one(&w, take()).await;
    w.clock.advance(Span::hours(5));
    for n in 0..4 {
        assert_eq!(one(&w, take()).await.allowed, n < 3);
    }
}

async fn parallel(w: World) {
    let takers: Vec<_> = (0..64)
        .map(|n: u32| {
            let store = Arc::clone(&w.store);
            // In either order, so that a store that locks as it goes would wait for itself.
            let mut takes = [of(LimitKind::Address, "a", 100), of(LimitKind::Ticket, "b", 20)];
            if n.is_multiple_of(2) {
                takes.reverse();
            }
            tokio::spawn(async move { store.take(&takes).await.unwrap().iter().all(|b| b.allowed) })
        })
        .collect();
    let mut allowed = 0;
    for taker in takers {
        allowed += u32::from(taker.await.expect("a taker returns"));
    }
    assert_eq!(allowed, 20);
    assert_eq!(one(&w, of(LimitKind::Address, "a", 100)).await.remaining, 79);
}

async fn looked_at(w: World) {
    let take = || of(LimitKind::Account, "a", 2);
    let look = || async { w.store.budgets(&[take()]).await.unwrap()[0] };
    for n in 0..3_u32 {
        for _ in 0..3 {
            let budget = look().await;
            assert_eq!((budget.kind, budget.allowed), (LimitKind::Account, n < 2));
            assert_eq!((budget.quota.requests, budget.remaining), (2, 2_u32.saturating_sub(n)));
        }
        one(&w, take()).await;
    }
    assert_eq!(look().await.reset, Span::seconds(30), "until one more is allowed");
    w.clock.advance(Span::seconds(30));
    assert!(look().await.allowed);
    assert!(w.store.budgets(&[]).await.unwrap().is_empty());
}

async fn swept(w: World) {
    let take = || of(LimitKind::Address, "a", 1);
    assert!(one(&w, take()).await.allowed);
    w.clock.advance(Span::seconds(59));
    w.store.sweep().await.unwrap();
    assert!(!one(&w, take()).await.allowed);
    w.clock.advance(Span::seconds(1));
    w.store.sweep().await.unwrap();
    assert!(one(&w, take()).await.allowed);
}
