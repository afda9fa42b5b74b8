//! Risk events: kept, found and counted.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit;
use authms_core::page::PageRequest;
use authms_core::risk::{
    Change, Country, Level, Observation, RiskCount, RiskEvent, RiskFilter, RiskOutcome, Signal,
};
use authms_core::signin::MethodKind;
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::User;

pub(super) const CASES: &[Case] = &[
    Case { name: "a risk event is kept as it is", run: |w| Box::pin(kept(w)) },
    Case { name: "risk events are found by all that narrows a list", run: |w| Box::pin(found(w)) },
    Case { name: "risk events are counted by day, signal and band", run: |w| Box::pin(counted(w)) },
    Case { name: "the users with the most risk events", run: |w| Box::pin(riskiest(w)) },
];

fn event(w: &World, tenant: &Tenant, user: &User, signal: Signal, score: u8) -> RiskEvent {
    let spoken =
        |signal, what: &str| Observation { signal, weight: 40, counted: 20, what: what.to_owned().into() };
    RiskEvent {
        id: w.id(),
        tenant: tenant.id,
        user: user.id,
        signal,
        score,
        level: Level::High,
        outcome: RiskOutcome::Challenged,
        method: MethodKind::Ticket,
        ip: "2001:db8::7".parse().ok(),
        country: Country::parse("DE"),
        device: Some("dev_1".to_owned()),
        observed: vec![spoken(signal, "\"München\" 🦀"), spoken(Signal::UnusualTime, "")],
        at: w.now(),
    }
}

async fn keep(w: &World, event: &RiskEvent) {
    w.commit(commit::Change::Risk(Change::Keep(Box::new(event.clone())))).await;
}

async fn list(w: &World, tenant: &Tenant, filter: RiskFilter) -> (Vec<RiskEvent>, u64) {
    let page = w.store.risk_events(tenant.id, filter, PageRequest::new(None, None)).await.unwrap();
    (page.items, page.total)
}

async fn kept(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let full = event(&w, &tenant, &user, Signal::NewCountry, 61);
    let bare = RiskEvent { ip: None, country: None, device: None, observed: Vec::new(), ..full.clone() };
    let bare = RiskEvent { id: w.id(), at: w.now(), ..bare };
    keep(&w, &full).await;
    keep(&w, &bare).await;
    let (found, total) = list(&w, &tenant, RiskFilter::default()).await;
    let at = found[1].at;
    assert_eq!((found, total), (vec![bare, RiskEvent { at, ..full }], 2));
}

async fn found(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let (ada, bob) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    let mut events = Vec::new();
    for (user, signal, score) in [
        (&ada, Signal::NewCountry, 50),
        (&bob, Signal::NewCountry, 90),
        (&ada, Signal::IpVpn, 70),
        (&ada, Signal::NewCountry, 70),
    ] {
        w.clock.advance(Span::hours(1));
        let new = event(&w, &tenant, user, signal, score);
        keep(&w, &new).await;
        events.push(new);
    }
    keep(&w, &event(&w, &other, &ada, Signal::NewCountry, 99)).await;
    let all = RiskFilter::default();
    let of_ada = RiskFilter { user: Some(ada.id), ..all };
    let new_country = RiskFilter { signal: Some(Signal::NewCountry), ..all };
    for (filter, expected) in [
        (all, &[3, 2, 1, 0][..]),
        (of_ada, &[3, 2, 0]),
        (new_country, &[3, 1, 0]),
        (RiskFilter { signal: Some(Signal::NewCountry), ..of_ada }, &[3, 0]),
        (RiskFilter { min_score: Some(70), ..all }, &[3, 2, 1]),
        (RiskFilter { min_score: Some(71), ..of_ada }, &[]),
        (RiskFilter { from: Some(events[1].at), ..all }, &[3, 2, 1]),
        (RiskFilter { until: Some(events[1].at), ..new_country }, &[0]),
        (RiskFilter { from: Some(events[1].at), until: Some(events[3].at), ..of_ada }, &[2]),
    ] {
        let (found, total) = list(&w, &tenant, filter).await;
        let ids: Vec<_> = found.iter().map(|event| event.id).collect();
        let expected: Vec<_> = expected.iter().map(|n| events[*n].id).collect();
        assert_eq!((ids, total), (expected.clone(), expected.len() as u64), "{filter:?}");
    }
    let second = w.store.risk_events(tenant.id, all, PageRequest::new(Some(2), Some(3))).await.unwrap();
    assert_eq!((second.items[0].id, second.items.len(), second.total), (events[0].id, 1, 4));
}

async fn counted(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let user = w.user(&tenant, Role::Member).await;
    let today = w.now().day();
    for score in [61, 80, 81, 100] {
        keep(&w, &event(&w, &tenant, &user, Signal::IpVpn, score)).await;
    }
    keep(&w, &event(&w, &other, &user, Signal::IpVpn, 61)).await;
    w.clock.advance(Span::hours(24));
    let tomorrow = w.now().day();
    keep(&w, &event(&w, &tenant, &user, Signal::NewCountry, 0)).await;
    let count = |day, signal, band, count| RiskCount { day, signal, band, count };
    let expected = [
        count(today, Signal::IpVpn, 3, 2),
        count(today, Signal::IpVpn, 4, 2),
        count(tomorrow, Signal::NewCountry, 0, 1),
    ];
    let counts = |days| w.store.risk_counts(tenant.id, days);
    assert_eq!(counts(today..=tomorrow).await.unwrap(), expected);
    assert_eq!(counts(tomorrow..=tomorrow.next()).await.unwrap(), expected[2..]);
    assert_eq!(counts(today.before(9)..=today.before(1)).await.unwrap(), []);
}

async fn riskiest(w: World) {
    let tenant = w.tenant().await;
    let (ada, bob) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    keep(&w, &event(&w, &tenant, &bob, Signal::IpVpn, 99)).await;
    w.clock.advance(Span::hours(1));
    let since = w.now();
    for (user, score) in [(&ada, 50), (&bob, 90), (&ada, 71)] {
        keep(&w, &event(&w, &tenant, user, Signal::IpVpn, score)).await;
    }
    let riskiest = |users| w.store.riskiest_users(tenant.id, since, users);
    let shown = |user: &User, count, average, highest| (user.id, count, average, highest);
    let found: Vec<_> =
        riskiest(9).await.unwrap().iter().map(|u| (u.user, u.count, u.average, u.highest)).collect();
    assert_eq!(found, [shown(&ada, 2, 60.5, 71), shown(&bob, 1, 90.0, 90)]);
    assert_eq!(riskiest(1).await.unwrap().len(), 1);
}
