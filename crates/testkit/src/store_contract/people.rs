//! Invitations and the search for users.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::invitation::{
    Change as To, Invitation, InvitationState, InvitationStatus, Inviter, KEPT, NewInvitation,
};
use authms_core::membership::{Change as Places, Membership};
use authms_core::page::PageRequest;
use authms_core::signin::Fences;
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::{Change as Users, Identifier, IdentifierKind, Search, User, UserFilter};

pub(super) const CASES: &[Case] = &[
    Case { name: "invitations read back", run: |w| Box::pin(read_back(w)) },
    Case { name: "an invitation is open until it is used, revoked or over", run: |w| Box::pin(open(w)) },
    Case { name: "invitations are listed by status, newest first", run: |w| Box::pin(listed(w)) },
    Case { name: "a sweep erases invitations long over", run: |w| Box::pin(swept(w)) },
    Case {
        name: "users are found by what their names are now, where they are members",
        run: |w| Box::pin(found(w)),
    },
    Case { name: "names that somebody has are told", run: |w| Box::pin(taken(w)) },
];

const TTL: Span = Span::hours(24);

fn page() -> PageRequest {
    PageRequest::new(Some(1), Some(20))
}

fn new(w: &World, tenant: &Tenant, inviter: Inviter) -> Invitation {
    Invitation {
        id: w.id(),
        tenant: tenant.id,
        email: "new@example.com".to_owned(),
        role: Role::Support,
        inviter,
        fences: Fences { tenant: Some(tenant.fence), ..Fences::default() },
        secret_hash: w.bytes(),
        created_at: w.now(),
        expires_at: w.now(),
        state: InvitationState::Open,
    }
}

async fn create(w: &World, mut invitation: Invitation) -> Invitation {
    let new = NewInvitation { invitation: invitation.clone(), ttl: TTL };
    let at = w.commit(Change::Invitation(To::Create(Box::new(new)))).await.at;
    (invitation.created_at, invitation.expires_at) = (at, at.plus(TTL));
    invitation
}

async fn read_back(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Admin).await;
    let key = w.key(&tenant).await;
    let person = Fences { user: Some(3), membership: Some(7), tenant: Some(1), ..Fences::default() };
    let system = Fences { key: Some(13), tenant: Some(1), ..Fences::default() };
    for (inviter, fences) in [
        (Inviter::Person(user.id), person),
        (Inviter::System(key.id), system),
        (Inviter::Console, Fences::default()),
    ] {
        let mut invitation = create(&w, Invitation { fences, ..new(&w, &tenant, inviter) }).await;
        let found = w.store.invitation(invitation.id).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{invitation:?}"));
        w.clock.advance(Span::seconds(1));
        let accept = To::Accept { id: invitation.id, user: user.id };
        let at = w.commit(Change::Invitation(accept)).await.at;
        invitation.state = InvitationState::Accepted { user: user.id, at };
        let found = w.store.invitation(invitation.id).await.unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{invitation:?}"));
    }
    assert!(w.store.invitation(w.id()).await.unwrap().is_none());
}

async fn open(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let revoke = |id| w.try_commit(vec![Guard::InvitationOpen(id)], Change::Invitation(To::Revoke(id)));
    let accept = |id| {
        let change = Change::Invitation(To::Accept { id, user: user.id });
        w.try_commit(vec![Guard::InvitationOpen(id)], change)
    };
    let closed = Err(CommitError::Conflict(0));
    let (a, b) = (
        create(&w, new(&w, &tenant, Inviter::Console)).await,
        create(&w, new(&w, &tenant, Inviter::Console)).await,
    );
    let c = create(&w, new(&w, &tenant, Inviter::Console)).await;
    accept(a.id).await.unwrap();
    revoke(b.id).await.unwrap();
    for id in [a.id, b.id] {
        assert_eq!((accept(id).await.map(drop), revoke(id).await.map(drop)), (closed, closed));
    }
    w.clock.set(c.expires_at.minus(Span::millis(1)));
    let one_more = w.store.invitation(c.id).await.unwrap().unwrap();
    assert_eq!(one_more.status(w.now()), InvitationStatus::Open);
    w.clock.set(c.expires_at);
    assert_eq!((accept(c.id).await.map(drop), revoke(c.id).await.map(drop)), (closed, closed));
    assert_eq!(accept(w.id()).await.map(drop), closed, "none");
}

async fn listed(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let user = w.user(&tenant, Role::Member).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(create(&w, new(&w, &tenant, Inviter::Console)).await.id);
        create(&w, new(&w, &other, Inviter::Console)).await;
    }
    w.commit(Change::Invitation(To::Accept { id: ids[0], user: user.id })).await;
    w.commit(Change::Invitation(To::Revoke(ids[1]))).await;
    let of = |status, now| {
        let store = &w.store;
        async move {
            let found = store.invitations(tenant.id, status, now, page()).await.unwrap();
            assert_eq!(found.total as usize, found.items.len());
            found.items.into_iter().map(|i| i.id).collect::<Vec<_>>()
        }
    };
    let (now, later) = (w.now(), w.now().plus(TTL));
    use InvitationStatus::{Accepted, Expired, Open, Revoked};
    assert_eq!(of(None, now).await, [ids[3], ids[2], ids[1], ids[0]]);
    assert_eq!(of(Some(Open), now).await, [ids[3], ids[2]]);
    assert_eq!(
        (of(Some(Accepted), later).await, of(Some(Revoked), later).await),
        (vec![ids[0]], vec![ids[1]])
    );
    assert_eq!((of(Some(Expired), now).await, of(Some(Open), later).await), (vec![], vec![]));
    assert_eq!(of(Some(Expired), later).await, [ids[3], ids[2]]);
}

async fn swept(w: World) {
    let tenant = w.tenant().await;
    let invitation = create(&w, new(&w, &tenant, Inviter::Console)).await;
    let kept = || async { w.store.invitation(invitation.id).await.unwrap().is_some() };
    w.clock.set(invitation.expires_at.plus(KEPT).minus(Span::millis(1)));
    w.store.sweep().await.unwrap();
    assert!(kept().await);
    w.clock.advance(Span::millis(1));
    w.store.sweep().await.unwrap();
    assert!(!kept().await);
}

async fn found(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let mut ann = User {
        username: Some("ann".to_owned()),
        email: Some("ann@example.com".to_owned()),
        phone: Some("+4930123".to_owned()),
        nickname: Some("Émile 100%_".to_owned()),
        ..w.new_user(&tenant)
    };
    w.create(&ann, None, Role::Member).await;
    let in_tenant = |tenant: &Tenant, typed: &str| {
        let filter = UserFilter { search: Search::parse(typed), ..UserFilter::default() };
        let (store, tenant) = (w.store.clone(), tenant.id);
        async move {
            let found = store.members(tenant, filter, page()).await.unwrap();
            found.items.into_iter().map(|m| m.user.id).collect::<Vec<_>>()
        }
    };
    let mine = [ann.id];
    for typed in [
        "ann",
        "ANN",
        "ａｎｎ",
        "nn",
        "@example",
        "+49 30",
        "30123",
        "émile",
        "ÉM",
        "0%_",
        &ann.id.to_string(),
    ] {
        assert_eq!(in_tenant(&tenant, typed).await, mine, "{typed}");
        assert_eq!(in_tenant(&other, typed).await, [], "{typed}");
    }
    for typed in ["a%n", "a_n", "%", "annn", "\\", "'", "*", "\u{10FFFF}"] {
        let expected: &[_] = if typed == "%" { &mine } else { &[] };
        assert_eq!(in_tenant(&tenant, typed).await, expected, "{typed}");
    }
    // A guest is found where they are a member, for as long as they are.
    let mut place: Membership = w.new_membership(other.id, &ann, Role::Admin);
    w.commit(Change::Membership(Places::Put(place.clone()))).await;
    assert_eq!(
        (in_tenant(&other, "ann").await, in_tenant(&tenant, "ann").await),
        (mine.to_vec(), mine.to_vec())
    );
    ann.username = Some("bea".to_owned());
    w.commit(Change::User(Users::Update(Box::new(ann.clone())))).await;
    for tenant in [&tenant, &other] {
        assert_eq!(in_tenant(tenant, "bea").await, mine);
        assert_eq!(in_tenant(tenant, "ann@").await, mine);
        assert_eq!(in_tenant(tenant, "nn").await, mine, "still in the address");
    }
    place.removed = true;
    w.commit(Change::Membership(Places::Put(place))).await;
    assert_eq!((in_tenant(&other, "bea").await, in_tenant(&tenant, "bea").await), (vec![], mine.to_vec()));
    (ann.username, ann.email, ann.phone, ann.nickname) = (None, None, None, None);
    w.commit(Change::User(Users::Update(Box::new(ann)))).await;
    assert_eq!(in_tenant(&tenant, "bea").await, []);
}

async fn taken(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let user =
        User { username: Some("ann".to_owned()), phone: Some("12345".to_owned()), ..w.new_user(&tenant) };
    w.create(&user, None, Role::Member).await;
    let name = |kind, text| Identifier::new(kind, text);
    let (ann, number) = (name(IdentifierKind::Username, "ann"), name(IdentifierKind::Phone, "12345"));
    let free = [name(IdentifierKind::Email, "ann"), name(IdentifierKind::Username, "bob")];
    let asked: Vec<_> = [ann.clone(), number.clone()].into_iter().chain(free).collect();
    assert_eq!(w.store.taken(tenant.id, asked.clone()).await.unwrap(), [ann, number]);
    assert_eq!(w.store.taken(other.id, asked).await.unwrap(), []);
    assert_eq!(w.store.taken(tenant.id, Vec::new()).await.unwrap(), []);
}
