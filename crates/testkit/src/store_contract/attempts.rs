//! Sign-ins and what failed at one, by user.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::on_behalf::Terms;
use authms_core::page::PageRequest;
use authms_core::session::{Acting, Origin};
use authms_core::signin::{Attempt, Change as SignIn, FAILURES_KEPT, Failure, MethodKind, Outcome};
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::{Change as Users, PasswordHash, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "sign-ins and failures are listed together, newest first", run: |w| Box::pin(list(w)) },
    Case { name: "failures are counted since the last sign-in", run: |w| Box::pin(counted(w)) },
    Case { name: "failures are kept up to a bound, each user's own", run: |w| Box::pin(bounded(w)) },
    Case { name: "a password is hashed anew without any other change", run: |w| Box::pin(rehash(w)) },
];

fn page(number: u32, size: u32) -> PageRequest {
    PageRequest::new(Some(number), Some(size))
}

fn failure(w: &World, tenant: &Tenant, user: &User) -> Failure {
    Failure {
        event: w.id(),
        tenant: tenant.id,
        user: user.id,
        method: MethodKind::Password,
        why: "wrong_credentials".to_owned(),
        origin: Origin { ip: "2001:db8::7".parse().ok(), user_agent: Some("Mozilla/5.0 (🦀)".to_owned()) },
    }
}

async fn fail(w: &World, tenant: &Tenant, user: &User) -> Failure {
    let new = failure(w, tenant, user);
    w.commit(Change::SignIn(SignIn::Fail(Box::new(new.clone())))).await;
    new
}

fn ids(page: Vec<Attempt>) -> Vec<[u8; 16]> {
    let id = |a: Attempt| match a.outcome {
        Outcome::Opened { session, .. } => *session.bytes(),
        Outcome::Refused { event, .. } => *event.bytes(),
    };
    page.into_iter().map(id).collect()
}

async fn list(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let (user, neighbour) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    let actor = w.user(&tenant, Role::Support).await;
    let own = w.session(&tenant, &actor).await;
    let first = w.session(&tenant, &user).await;
    let failed = fail(&w, &tenant, &user).await;
    for (tenant, user) in [(&other, &user), (&tenant, &neighbour)] {
        w.session(tenant, user).await;
        fail(&w, tenant, user).await;
    }
    let mut acting = w.new_session(&tenant, &user);
    acting.method = MethodKind::Ticket;
    acting.acting = Some(Acting {
        user: actor.id,
        session: own.id,
        reason: "case 7".to_owned(),
        terms: Terms::default(),
    });
    let at = w.open(&acting).await.at;
    let of = |number, size| w.store.attempts_of(tenant.id, user.id, page(number, size));
    for _ in 0..2 {
        let all = of(1, 20).await.unwrap();
        assert_eq!(all.total, 3);
        let [newest, middle, _] = &all.items[..] else { panic!("{all:?}") };
        let opened = Outcome::Opened { session: acting.id, actor: Some(actor.id) };
        assert_eq!((newest.at, newest.method, &newest.outcome), (at, MethodKind::Ticket, &opened));
        let refused = Outcome::Refused { event: failed.event, why: failed.why.clone() };
        assert_eq!((middle.method, &middle.outcome), (MethodKind::Password, &refused));
        assert_eq!(format!("{:?}", middle.origin), format!("{:?}", failed.origin));
        assert_eq!(ids(all.items)[2], *first.id.bytes());
        let second = of(2, 2).await.unwrap();
        assert_eq!((second.total, ids(second.items)), (3, vec![*first.id.bytes()]));
        // Once more, with the sessions carried over.
        w.clock.advance(Span::seconds(60));
        w.store.sweep().await.unwrap();
    }
}

async fn counted(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let user = w.user(&tenant, Role::Member).await;
    let actor = w.user(&tenant, Role::Support).await;
    let count = || async { w.store.failures_of(tenant.id, user.id).await.unwrap() };
    assert_eq!(count().await, 0);
    for n in 1..=3 {
        fail(&w, &tenant, &user).await;
        fail(&w, &other, &user).await;
        assert_eq!(count().await, n);
    }
    let mut acting = w.new_session(&tenant, &user);
    let own = w.session(&tenant, &actor).await;
    acting.acting =
        Some(Acting { user: actor.id, session: own.id, reason: String::new(), terms: Terms::default() });
    w.open(&acting).await;
    w.session(&other, &user).await;
    assert_eq!(count().await, 3, "neither somebody else nor elsewhere");
    w.session(&tenant, &user).await;
    assert_eq!(count().await, 0);
    fail(&w, &tenant, &user).await;
    assert_eq!(count().await, 1);
}

async fn bounded(w: World) {
    let tenant = w.tenant().await;
    let (user, neighbour) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    fail(&w, &tenant, &neighbour).await;
    let mut all = Vec::new();
    for _ in 0..FAILURES_KEPT + 3 {
        all.push(*fail(&w, &tenant, &user).await.event.bytes());
    }
    all.reverse();
    all.truncate(FAILURES_KEPT as usize);
    let found = w.store.attempts_of(tenant.id, user.id, page(1, 100)).await.unwrap();
    assert_eq!(found.total, u64::from(FAILURES_KEPT));
    assert_eq!(ids(found.items), all);
    assert_eq!(w.store.failures_of(tenant.id, neighbour.id).await.unwrap(), 1);
}

async fn rehash(w: World) {
    let tenant = w.tenant().await;
    let user = w.new_user(&tenant);
    w.create(&user, Some(PasswordHash::new("$argon2id$old".to_owned())), Role::Member).await;
    let before = w.store.member(tenant.id, user.id).await.unwrap().unwrap().user;
    w.clock.advance(Span::seconds(5));
    let new = PasswordHash::new("$argon2id$new".to_owned());
    w.commit(Change::User(Users::Rehash { user: user.id, password: new.clone() })).await;
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), Some(new));
    let after = w.store.member(tenant.id, user.id).await.unwrap().unwrap().user;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}
