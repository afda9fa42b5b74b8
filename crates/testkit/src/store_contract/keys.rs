//! API keys: their last use, and which of them a list shows.

use super::Case;
use super::world::World;
use authms_core::commit::{Change, Commit, Guard, Row};
use authms_core::key::{ApiKey, ApiKeyStatus, Change as Keys, Environment, KeyFilter, LastUse};
use authms_core::page::PageRequest;
use authms_core::time::Span;

pub(super) const CASES: &[Case] = &[
    Case { name: "the latest use of a key is kept, and is no revision", run: |w| Box::pin(uses(w)) },
    Case { name: "uses of keys that are gone are no error", run: |w| Box::pin(uses_of_gone_keys(w)) },
    Case { name: "keys are found by status, environment, name and expiry", run: |w| Box::pin(filters(w)) },
];

fn used(key: &ApiKey, last: LastUse) -> Commit {
    Commit::key_uses(vec![Change::ApiKey(Keys::Use(key.id, last))], Vec::new())
}

async fn uses(w: World) {
    let key = w.key(&w.tenant().await).await;
    let read = || async { w.store.api_key(key.id).await.unwrap().unwrap().0 };
    assert_eq!(read().await.last_use, None);
    let last = LastUse { at: w.now().plus(Span::seconds(5)), ip: "192.0.2.7".parse().ok() };
    w.store.commit(used(&key, last)).await.unwrap();
    let found = read().await;
    assert_eq!(found.last_use, Some(last));
    assert_eq!((found.rev, found.updated_at), (key.rev, key.updated_at));

    // Another process, or a clock that was set back, tells of an earlier one.
    let earlier = LastUse { at: w.now(), ip: None };
    w.store.commit(used(&key, earlier)).await.unwrap();
    assert_eq!(read().await.last_use, Some(last));
    let later = LastUse { at: last.at.plus(Span::millis(1)), ip: None };
    w.store.commit(used(&key, later)).await.unwrap();

    // Whoever changes the key read it before, and writes no use.
    let change = Keys::Update(Box::new(ApiKey { rev: 2, ..key.clone() }));
    let guard = Guard::Rev { row: Row::ApiKey(key.id), rev: 1 };
    w.try_commit(vec![guard], Change::ApiKey(change)).await.unwrap();
    assert_eq!(read().await.last_use, Some(later));
}

async fn uses_of_gone_keys(w: World) {
    let tenant = w.tenant().await;
    let (gone, here) = (w.key(&tenant).await, w.key(&tenant).await);
    w.commit(Change::ApiKey(Keys::Delete(gone.id))).await;
    let last = LastUse { at: w.now(), ip: None };
    let both = [&gone, &here].map(|key| Change::ApiKey(Keys::Use(key.id, last)));
    w.store.commit(Commit::key_uses(both.to_vec(), vec![w.audit()])).await.unwrap();
    assert!(w.store.api_key(gone.id).await.unwrap().is_none());
    assert_eq!(w.store.api_key(here.id).await.unwrap().unwrap().0.last_use, Some(last));
}

async fn filters(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let start = w.now();
    let soon = |hours| Some(start.plus(Span::hours(hours)));
    let make = async |name: &str, status, environment, expires_at| {
        let name = name.to_owned();
        let new = ApiKey { name, status, environment, expires_at, ..w.new_key(&tenant) };
        w.commit(Change::ApiKey(Keys::Create(Box::new(new)))).await;
    };
    use ApiKeyStatus::{Active, Compromised, Inactive};
    use Environment::{Live, Test};
    make("shop 100%", Active, Live, soon(48)).await;
    make("Shop 1000", Inactive, Test, soon(24)).await;
    make("crm_a", Compromised, Live, None).await;
    make("crmxa", Active, Test, soon(24)).await;
    w.key(&other).await;

    let names = async |filter: KeyFilter| {
        let page = w.store.api_keys(tenant.id, filter, PageRequest::new(None, None)).await.unwrap();
        assert_eq!(page.total as usize, page.items.len());
        page.items.into_iter().map(|key| key.name).collect::<Vec<_>>()
    };
    let all = KeyFilter::default;
    assert_eq!(names(all()).await, ["shop 100%", "Shop 1000", "crm_a", "crmxa"]);
    assert_eq!(names(KeyFilter { status: Some(Active), ..all() }).await, ["shop 100%", "crmxa"]);
    assert_eq!(names(KeyFilter { status: Some(Compromised), ..all() }).await, ["crm_a"]);
    let both = KeyFilter { status: Some(Active), environment: Some(Test), ..all() };
    assert_eq!(names(both).await, ["crmxa"]);
    let search = |text: &str| KeyFilter { search: Some(text.to_owned()), ..all() };
    assert_eq!(names(search("shop")).await, ["shop 100%", "Shop 1000"]);
    assert_eq!(names(search("100%")).await, ["shop 100%"], "no wildcard");
    assert_eq!(names(search("m_a")).await, ["crm_a"], "no wildcard");
    let expiring = |after, until| KeyFilter { expiring: Option::zip(soon(after), soon(until)), ..all() };
    assert_eq!(names(expiring(0, 48)).await, ["Shop 1000", "crmxa", "shop 100%"], "soonest first");
    assert_eq!(names(expiring(24, 48)).await, ["shop 100%"]);
    assert_eq!(names(expiring(0, 23)).await, Vec::<String>::new());
}
