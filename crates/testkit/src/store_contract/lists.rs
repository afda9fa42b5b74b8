//! Lists: their order, pages and totals, and what belongs in them.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::id::TenantId;
use authms_core::key::{ApiKey, Change as Keys, KeyFilter};
use authms_core::membership::{Change as Membership, Membership as Place};
use authms_core::page::PageRequest;
use authms_core::session::{ByAssurance, Change as Session, EndReason};
use authms_core::time::Span;
use authms_core::user::{Change as Users, Search, User, UserFilter, UserStatus};

pub(super) const CASES: &[Case] = &[
    Case { name: "lists come in pages, in order", run: |w| Box::pin(pages(w)) },
    Case { name: "tenants, clients and keys are found by name", run: |w| Box::pin(names(w)) },
    Case { name: "members are found by identifier, in that order", run: |w| Box::pin(by_id(w)) },
    Case { name: "users are found by external identifier, in that order", run: |w| Box::pin(external(w)) },
    Case { name: "members are filtered by status and text", run: |w| Box::pin(filters(w)) },
    Case {
        name: "sessions are listed newest first, without those that are over",
        run: |w| Box::pin(sessions(w)),
    },
    Case {
        name: "sessions of one factor and of two are idle after their own time",
        run: |w| Box::pin(sessions_by_assurance(w)),
    },
    Case { name: "roles are counted among the living", run: |w| Box::pin(roles(w)) },
];

async fn by_id(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let (one, two) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Admin).await);
    let theirs = w.user(&other, Role::Member).await;
    let found = w.store.members_by_id(tenant.id, &[two.id, theirs.id, one.id, two.id]).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|m| m.map(|m| (m.user.id, m.role))).collect();
    let (first, second) = (Some((one.id, Role::Member)), Some((two.id, Role::Admin)));
    assert_eq!(found, [second, None, first, second]);
    assert!(w.store.members_by_id(tenant.id, &[]).await.unwrap().is_empty());
}

async fn external(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let called = |home, id: &str| User { external_id: Some(id.to_owned()), ..w.new_user(home) };
    let users = [called(&tenant, "Ä"), called(&tenant, "ä"), called(&other, "Ä")];
    for user in &users {
        w.create(user, None, Role::Member).await;
    }
    let ids = users.map(|user| Some(user.id));
    let found = w.store.by_external_id(tenant.id, &["ä", "A", "Ä", "ä"]).await.unwrap();
    assert_eq!(found, [ids[1], None, ids[0], ids[1]]);
    assert_eq!(w.store.by_external_id(other.id, &["Ä"]).await.unwrap(), [ids[2]]);
}

fn page(number: u32, size: u32) -> PageRequest {
    PageRequest::new(Some(number), Some(size))
}

async fn pages(w: World) {
    let (mut tenants, mut clients, mut keys, mut users) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3 {
        tenants.push(w.tenant().await);
    }
    let tenant = &tenants[1];
    for _ in 0..5 {
        clients.push(w.client(tenant).await.id);
        keys.push(w.key(tenant).await.id);
        users.push(w.user(tenant, Role::Member).await.id);
        w.client(&tenants[0]).await;
        w.key(&tenants[0]).await;
        w.user(&tenants[0], Role::Member).await;
    }
    let found = w.store.tenants(page(2, 2)).await.unwrap();
    assert_eq!((found.total, found.items.len(), found.items[0].id), (3, 1, tenants[2].id));
    for number in 1..=4_u32 {
        let from = (number as usize - 1) * 2;
        let rows = from.min(5)..(from + 2).min(5);
        let found = w.store.clients(tenant.id, page(number, 2)).await.unwrap();
        assert_eq!(found.items.iter().map(|c| c.id).collect::<Vec<_>>(), clients[rows.clone()]);
        assert_eq!((found.total, found.request.page), (5, number));
        let found = w.store.api_keys(tenant.id, KeyFilter::default(), page(number, 2)).await.unwrap();
        assert_eq!(found.items.iter().map(|k| k.id).collect::<Vec<_>>(), keys[rows.clone()]);
        assert_eq!(found.total, 5);
        let found = w.store.members(tenant.id, UserFilter::default(), page(number, 2)).await.unwrap();
        let newest: Vec<_> = users.iter().rev().copied().collect();
        assert_eq!(found.items.iter().map(|m| m.user.id).collect::<Vec<_>>(), newest[rows]);
        assert_eq!(found.total, 5);
    }
    let nowhere: TenantId = w.id();
    assert_eq!(w.store.clients(nowhere, page(1, 20)).await.unwrap().total, 0);
    assert_eq!(w.store.clients(tenant.id, page(u32::MAX, 100)).await.unwrap().items.len(), 0);
}

async fn names(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let (client, key) = (w.client(&tenant).await, w.key(&tenant).await);
    let twin = ApiKey { id: w.id(), ..key.clone() };
    w.commit(Change::ApiKey(Keys::Create(Box::new(twin.clone())))).await;
    w.key(&other).await;
    let found = w.store.tenant_named(tenant.name.clone()).await.unwrap();
    assert_eq!(found.map(|t| t.id), Some(tenant.id));
    let found = w.store.client_named(tenant.id, client.name.clone()).await.unwrap();
    assert_eq!(found.map(|c| c.id), Some(client.id));
    let found = w.store.api_keys_named(tenant.id, key.name.clone()).await.unwrap();
    let mut twins = [key.id, twin.id];
    twins.sort();
    assert_eq!(found.iter().map(|k| k.id).collect::<Vec<_>>(), twins);
    let name = || "nobody has this name".to_owned();
    assert!(w.store.tenant_named(name()).await.unwrap().is_none());
    assert!(w.store.client_named(tenant.id, name()).await.unwrap().is_none());
    assert!(w.store.client_named(other.id, client.name).await.unwrap().is_none());
    assert!(w.store.api_keys_named(tenant.id, name()).await.unwrap().is_empty());
}

async fn filters(w: World) {
    let tenant = w.tenant().await;
    let user =
        |username: &str, status| User { username: Some(username.to_owned()), status, ..w.new_user(&tenant) };
    let mut ann = user("ann", UserStatus::Active);
    ann.nickname = Some("100% Ann_a".to_owned());
    ann.email = Some("ann@example.com".to_owned());
    let mut bob = user("bob", UserStatus::Disabled);
    bob.phone = Some("+49301000".to_owned());
    let gone = user("gone", UserStatus::Deleted);
    for user in [&ann, &bob, &gone] {
        w.create(user, None, Role::Member).await;
    }
    let left = w.user(&tenant, Role::Member).await;
    let place = w.store.membership(tenant.id, left.id).await.unwrap().unwrap();
    w.commit(Change::Membership(Membership::Put(Place { removed: true, ..place }))).await;
    let found = |status, search: Option<&str>| {
        let filter = UserFilter { status, role: None, search: search.and_then(Search::parse) };
        async {
            let found = w.store.members(tenant.id, filter, page(1, 20)).await.unwrap();
            assert_eq!(found.total as usize, found.items.len());
            found.items.into_iter().filter_map(|m| m.user.username).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(None, None).await, ["bob", "ann"]);
    assert_eq!(found(Some(UserStatus::Active), None).await, ["ann"]);
    assert_eq!(found(Some(UserStatus::Deleted), None).await, ["gone"]);
    for ann in ["nn", "EXAMPLE.com", "0% A", "n_a", "ann@"] {
        assert_eq!(found(None, Some(ann)).await, ["ann"], "{ann}");
    }
    assert_eq!(found(None, Some("4930")).await, ["bob"]);
    assert_eq!(found(Some(UserStatus::Active), Some("bob")).await, [""; 0]);
    for nobody in ["a%a", "b_b", "\\", "'", "gone"] {
        assert_eq!(found(None, Some(nobody)).await, [""; 0], "{nobody}");
    }
    for (role, count) in [(Role::Member, 2), (Role::Admin, 0)] {
        let filter = UserFilter { role: Some(role), ..UserFilter::default() };
        assert_eq!(w.store.members(tenant.id, filter, page(1, 20)).await.unwrap().total, count);
    }
}

async fn sessions(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let user = w.user(&tenant, Role::Member).await;
    let idle = ByAssurance::same(Span::hours(2));
    let over = w.session(&tenant, &user).await;
    w.clock.advance(Span::hours(3));
    let (first, second, third) =
        (w.session(&tenant, &user).await, w.session(&tenant, &user).await, w.session(&tenant, &user).await);
    w.session(&other, &user).await;
    let ended = w.session(&tenant, &user).await;
    w.commit(Change::Session(Session::End { id: ended.id, reason: EndReason::Logout })).await;
    let at = |now, idle, number| w.store.sessions_of(tenant.id, user.id, now, idle, page(number, 2));
    let found = at(w.now(), idle, 1).await.unwrap();
    assert_eq!(found.items.iter().map(|s| s.id).collect::<Vec<_>>(), [third.id, second.id]);
    let found = at(w.now(), idle, 2).await.unwrap();
    assert_eq!((found.total, found.items[0].id), (3, first.id));
    let found = at(w.now(), ByAssurance::same(Span::hours(9)), 2).await.unwrap();
    assert_eq!((found.total, found.items[1].id), (4, over.id));
    let end = w.store.session(first.id).await.unwrap().unwrap().session.expires_at;
    assert_eq!(at(end, ByAssurance::same(Span::hours(90)), 1).await.unwrap().total, 2);
}

async fn sessions_by_assurance(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let single = w.session(&tenant, &user).await;
    let mut multi = w.new_session(&tenant, &user);
    multi.amr = ["pwd", "otp", "mfa"].map(str::to_owned).into();
    w.open(&multi).await;
    w.clock.advance(Span::hours(3));
    let (short, long) = (Span::hours(2), Span::hours(9));
    for (idle, alive) in [
        (ByAssurance { single: long, multi: short }, single.id),
        (ByAssurance { single: short, multi: long }, multi.id),
    ] {
        let found = w.store.sessions_of(tenant.id, user.id, w.now(), idle, page(1, 9)).await.unwrap();
        assert_eq!(found.items.iter().map(|s| s.id).collect::<Vec<_>>(), [alive]);
        for id in [single.id, multi.id] {
            let view = w.store.session(id).await.unwrap().unwrap();
            assert_eq!(view.alive(w.now(), idle).is_ok(), id == alive, "the same by itself");
        }
    }
}

async fn roles(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let first = w.user(&tenant, Role::Admin).await;
    let second = w.user(&tenant, Role::Admin).await;
    let third = w.user(&tenant, Role::Admin).await;
    w.user(&tenant, Role::SuperAdmin).await;
    w.user(&other, Role::Admin).await;
    let count = || async { w.store.count_role(tenant.id, Role::Admin).await.unwrap() };
    let oldest =
        || async { w.store.first_with_role(tenant.id, Role::Admin).await.unwrap().map(|m| m.user.id) };
    assert_eq!((count().await, oldest().await), (3, Some(first.id)));
    let disabled = User { status: UserStatus::Disabled, ..first };
    w.commit(Change::User(Users::Update(Box::new(disabled)))).await;
    assert_eq!((count().await, oldest().await), (2, Some(second.id)));
    let place = w.store.membership(tenant.id, second.id).await.unwrap().unwrap();
    w.commit(Change::Membership(Membership::Put(Place { removed: true, ..place }))).await;
    assert_eq!((count().await, oldest().await), (1, Some(third.id)));
    assert!(w.store.first_with_role(other.id, Role::Support).await.unwrap().is_none());
}
