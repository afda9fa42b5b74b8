//! Webhooks, their turns, and what they are told.

use super::Case;
use super::races::{assert_winners, race};
use super::world::World;
use authms_core::audit::log::LEASE;
use authms_core::commit::{Change, Commit, CommitError, Guard, Row};
use authms_core::id::{TenantId, WebhookId};
use authms_core::page::PageRequest;
use authms_core::time::{Span, Timestamp};
use authms_core::webhook::{
    Change as Hook, DEAD_KEPT, Delivery, DeliveryState, DisabledWhy, Former, KEPT, Outcome, Progress, Webhook,
};

pub(super) const CASES: &[Case] = &[
    Case { name: "webhooks are created, changed and deleted", run: |w| Box::pin(webhooks(w)) },
    Case { name: "a tenant has so many webhooks and no more", run: |w| Box::pin(bounded(w)) },
    Case { name: "a webhook's turn is one's alone", run: |w| Box::pin(turns(w)) },
    Case { name: "deliveries of one subject are due one by one", run: |w| Box::pin(due(w)) },
    Case { name: "deliveries end, are replayed, skipped and swept", run: |w| Box::pin(ended(w)) },
];

fn all() -> PageRequest {
    PageRequest::new(None, None)
}

fn new(w: &World, tenant: TenantId) -> Webhook {
    let now = w.now();
    Webhook {
        id: w.id(),
        tenant,
        url: "https://hooks.example/".to_owned(),
        description: String::new(),
        events: vec!["user.*".to_owned(), "login.failed".to_owned()],
        secret: vec![1, 2, 3],
        former: None,
        disabled: None,
        rev: 1,
        created_at: now,
        updated_at: now,
        progress: Progress { next_leaf: 0, turn: 0, free_at: now, failures: 0, failing_since: None },
    }
}

async fn created(w: &World) -> Webhook {
    let hook = new(w, w.tenant().await.id);
    w.commit(Change::Webhook(Hook::Create(Box::new(hook.clone())))).await;
    hook
}

async fn get(w: &World, id: WebhookId) -> Webhook {
    w.store.webhook(id).await.unwrap().unwrap()
}

async fn webhooks(w: World) {
    let hook = created(&w).await;
    assert_eq!(format!("{:?}", get(&w, hook.id).await), format!("{hook:?}"));
    let former = Some(Former { sealed: vec![1, 2, 3], until: w.now() });
    let changed = Webhook {
        url: "https://other.example/".to_owned(),
        description: "CRM".to_owned(),
        events: vec!["*".to_owned()],
        secret: vec![4],
        former,
        disabled: Some(DisabledWhy::Administrator),
        rev: 2,
        ..hook.clone()
    };
    let update = || Change::Webhook(Hook::Update(Box::new(changed.clone())));
    let guard = || vec![Guard::Rev { row: Row::Webhook(hook.id), rev: 1 }];
    let at = w.try_commit(guard(), update()).await.unwrap().at;
    assert_eq!(w.try_commit(guard(), update()).await.unwrap_err(), CommitError::Conflict(0));
    let found = get(&w, hook.id).await;
    let progress = Progress { turn: 1, free_at: at, ..changed.progress.clone() };
    assert_eq!(
        format!("{found:?}"),
        format!("{:?}", Webhook { updated_at: at, progress, ..changed.clone() })
    );
    assert_eq!(w.store.webhooks(hook.tenant, all()).await.unwrap().total, 1);
    assert_eq!(w.store.webhooks(w.id(), all()).await.unwrap().total, 0);
    w.commit(Change::Webhook(Hook::Delete(hook.id))).await;
    assert!(w.store.webhook(hook.id).await.unwrap().is_none());
    assert_eq!(w.store.webhooks(hook.tenant, all()).await.unwrap().total, 0);
    let gone = Guard::Rev { row: Row::Webhook(hook.id), rev: 2 };
    assert_eq!(w.try_commit(vec![gone], update()).await.unwrap_err(), CommitError::Conflict(0));
}

async fn bounded(w: World) {
    let tenant = w.tenant().await.id;
    let create = |hook| {
        Commit::new(w.audit())
            .guard(Guard::WebhooksBelow { tenant, bound: 3 })
            .change(Change::Webhook(Hook::Create(Box::new(hook))))
    };
    let outcomes = race(&w, (0..16).map(|_| create(new(&w, tenant))).collect()).await;
    assert_winners(&outcomes, 3);
}

async fn turns(w: World) {
    let hook = created(&w).await;
    let until = w.now().plus(LEASE);
    let take = || {
        let guard = Guard::WebhookTurn { id: hook.id, turn: 0 };
        Commit::new(w.audit()).guard(guard).change(Change::Webhook(Hook::Take { id: hook.id, until }))
    };
    assert_winners(&race(&w, (0..16).map(|_| take()).collect()).await, 1);
    let found = get(&w, hook.id).await.progress;
    assert_eq!((found.turn, found.free_at), (1, until));
    let rest = |turn| {
        let guard = vec![Guard::WebhookTurn { id: hook.id, turn }];
        w.try_commit(guard, Change::Webhook(Hook::Rest { id: hook.id, until: w.now() }))
    };
    rest(1).await.unwrap();
    let since = w.now();
    let end = Hook::End { id: hook.id, outcomes: Vec::new(), failures: 2, failing_since: Some(since) };
    w.commit(Change::Webhook(end)).await;
    let found = get(&w, hook.id).await.progress;
    assert_eq!((found.failures, found.failing_since), (2, Some(since)));
    w.commit(Change::Webhook(Hook::Disable(hook.id, DisabledWhy::Failing))).await;
    assert_eq!(rest(1).await.unwrap_err(), CommitError::Conflict(0), "who is disabled has no turn");
    let found = get(&w, hook.id).await;
    assert_eq!((found.disabled, found.rev), (Some(DisabledWhy::Failing), 2));
    let enabled = Webhook { disabled: None, rev: 3, ..found };
    w.commit(Change::Webhook(Hook::Update(Box::new(enabled)))).await;
    w.commit(Change::Webhook(Hook::Resume { id: hook.id, from: None })).await;
    assert_eq!(rest(1).await.unwrap_err(), CommitError::Conflict(0), "it is another turn");
    let found = get(&w, hook.id).await.progress;
    assert_eq!((found.turn, found.failures, found.failing_since, found.next_leaf), (2, 0, None, 0));
}

fn delivery(w: &World, webhook: WebhookId, leaf: u64, subject: &str) -> Delivery {
    Delivery {
        webhook,
        leaf,
        event: w.id(),
        name: "user.created".to_owned(),
        subject: subject.to_owned(),
        state: DeliveryState::Waiting,
        attempts: 0,
        due_at: w.now(),
        created_at: w.now(),
        ended_at: None,
        status: None,
        why: None,
    }
}

async fn collect(w: &World, id: WebhookId, next_leaf: u64, deliveries: Vec<Delivery>) {
    w.commit(Change::Webhook(Hook::Collect { id, next_leaf, deliveries })).await;
}

async fn leaves(w: &World, id: WebhookId, now: Timestamp, most: u32) -> Vec<u64> {
    w.store.webhook_due(id, now, most).await.unwrap().into_iter().map(|one| one.leaf).collect()
}

async fn with_work(w: &World, now: Timestamp) -> Vec<WebhookId> {
    w.store.webhooks_with_work(now, 10).await.unwrap().into_iter().map(|hook| hook.id).collect()
}

async fn due(w: World) {
    let (hook, other) = (created(&w).await, created(&w).await);
    let now = w.now();
    assert!(with_work(&w, now).await.is_empty(), "there is no log yet");
    let told = [(5, "a"), (6, "b"), (9, "a"), (12, ""), (13, "")];
    let told: Vec<_> = told
        .iter()
        .map(|(leaf, subject)| Delivery { due_at: now, ..delivery(&w, hook.id, *leaf, subject) })
        .collect();
    collect(&w, hook.id, 14, told.clone()).await;
    assert_eq!(get(&w, hook.id).await.progress.next_leaf, 14);
    assert_eq!(with_work(&w, now).await, [hook.id]);
    assert!(with_work(&w, now.minus(Span::millis(1))).await.is_empty());
    assert_eq!(w.store.webhook_waiting(hook.id).await.unwrap(), 5);
    assert_eq!(leaves(&w, hook.id, now, 10).await, [5, 6, 12]);
    assert_eq!(leaves(&w, hook.id, now, 2).await, [5, 6]);
    assert!(leaves(&w, other.id, now, 10).await.is_empty());
    let again = now.plus(Span::seconds(5));
    let tries = Hook::Try { id: hook.id, tries: vec![(5, again), (6, again)], until: again };
    w.commit(Change::Webhook(tries)).await;
    assert!(with_work(&w, now).await.is_empty(), "somebody works on it");
    assert_eq!(with_work(&w, again).await, [hook.id]);
    assert_eq!(leaves(&w, hook.id, now, 10).await, [12], "9 waits for 5");
    let found = w.store.webhook_delivery(hook.id, 5).await.unwrap().unwrap();
    assert_eq!(found, Delivery { attempts: 1, due_at: again, ..told[0].clone() });
    let done =
        Outcome { leaf: 5, state: DeliveryState::Delivered, due_at: again, status: Some(204), why: None };
    let end = Hook::End { id: hook.id, outcomes: vec![done], failures: 0, failing_since: None };
    let at = w.commit(Change::Webhook(end)).await.at;
    let found = w.store.webhook_delivery(hook.id, 5).await.unwrap().unwrap();
    assert_eq!((found.state, found.status, found.ended_at), (DeliveryState::Delivered, Some(204), Some(at)));
    assert_eq!(leaves(&w, hook.id, now, 10).await, [9, 12]);
    assert!(w.store.webhook_delivery(hook.id, 7).await.unwrap().is_none());
}

async fn ended(w: World) {
    let hook = created(&w).await;
    let told = (0..4).map(|leaf| delivery(&w, hook.id, leaf, "")).collect();
    collect(&w, hook.id, 4, told).await;
    let outcome =
        |leaf, state| Outcome { leaf, state, due_at: w.now(), status: None, why: Some("why".to_owned()) };
    let outcomes = vec![
        outcome(0, DeliveryState::Delivered),
        outcome(1, DeliveryState::Dead),
        outcome(2, DeliveryState::Dead),
    ];
    w.commit(Change::Webhook(Hook::End { id: hook.id, outcomes, failures: 0, failing_since: None })).await;
    let of = async |state| {
        let found = w.store.webhook_deliveries(hook.id, state, all()).await.unwrap();
        assert_eq!(found.total, found.items.len() as u64);
        found.items.into_iter().map(|one| one.leaf).collect::<Vec<_>>()
    };
    assert_eq!(of(None).await, [3, 2, 1, 0]);
    assert_eq!(of(Some(DeliveryState::Dead)).await, [2, 1]);
    w.commit(Change::Webhook(Hook::Replay { id: hook.id, leaf: Some(0) })).await;
    assert_eq!(of(Some(DeliveryState::Waiting)).await, [3, 0]);
    w.commit(Change::Webhook(Hook::Replay { id: hook.id, leaf: None })).await;
    assert_eq!(of(Some(DeliveryState::Waiting)).await, [3, 2, 1, 0]);
    let replayed = w.store.webhook_delivery(hook.id, 1).await.unwrap().unwrap();
    assert_eq!((replayed.attempts, replayed.ended_at, replayed.why), (0, None, None));
    let outcomes = vec![outcome(0, DeliveryState::Delivered)];
    w.commit(Change::Webhook(Hook::End { id: hook.id, outcomes, failures: 0, failing_since: None })).await;
    w.commit(Change::Webhook(Hook::Resume { id: hook.id, from: Some(40) })).await;
    assert_eq!(of(Some(DeliveryState::Dead)).await, [3, 2, 1], "what waited is skipped");
    assert_eq!(get(&w, hook.id).await.progress.next_leaf, 40);
    w.clock.advance(KEPT.and(Span::seconds(1)));
    w.store.sweep().await.unwrap();
    assert_eq!(of(None).await, [3, 2, 1]);
    w.clock.advance(DEAD_KEPT);
    w.store.sweep().await.unwrap();
    assert!(of(None).await.is_empty());
    collect(&w, hook.id, 41, vec![delivery(&w, hook.id, 40, "")]).await;
    w.commit(Change::Webhook(Hook::Delete(hook.id))).await;
    w.clock.advance(Span::seconds(1));
    w.store.sweep().await.unwrap();
    assert!(
        w.store.webhook_delivery(hook.id, 40).await.unwrap().is_none(),
        "of who was deleted nothing stays"
    );
}
