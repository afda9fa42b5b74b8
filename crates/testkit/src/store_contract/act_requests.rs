//! Requests to act on somebody's behalf.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::id::ActRequestId;
use authms_core::on_behalf::{
    ActEnd, ActNotice, ActRequest, Change as To, DECIDED_WITHIN, KEPT, Step, Terms,
};
use authms_core::page::PageRequest;
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::User;

pub(super) const CASES: &[Case] = &[
    Case { name: "requests to act read back", run: |w| Box::pin(read_back(w)) },
    Case { name: "a request to act is decided once, in time, and used once", run: |w| Box::pin(steps(w)) },
    Case { name: "requests to act are listed by whose they are", run: |w| Box::pin(listed(w)) },
    Case { name: "a sweep erases requests to act long over", run: |w| Box::pin(swept(w)) },
    Case {
        name: "who lets nobody act for them is known until they take it back",
        run: |w| Box::pin(opted_out(w)),
    },
    Case { name: "acts to be told are kept until they are told", run: |w| Box::pin(notices(w)) },
];

async fn ask(w: &World, tenant: &Tenant, (actor, subject): (&User, &User)) -> ActRequest {
    let mut request = ActRequest {
        id: w.id(),
        tenant: tenant.id,
        actor: actor.id,
        subject: subject.id,
        client: Some(w.id()),
        reason: "ticket 'x' 42".to_owned(),
        terms: Terms { writes: true, reference: Some("CASE-7".to_owned()), ..Terms::default() },
        created_at: w.now(),
        expires_at: w.now(),
        approved_by: None,
        agreed: false,
        end: None,
    };
    let at = w.commit(Change::OnBehalf(To::Ask(Box::new(request.clone())))).await.at;
    (request.created_at, request.expires_at) = (at, at.plus(DECIDED_WITHIN));
    request
}

async fn two(w: &World) -> (Tenant, User, User) {
    let tenant = w.tenant().await;
    let (actor, subject) = (w.user(&tenant, Role::Support).await, w.user(&tenant, Role::Member).await);
    (tenant, actor, subject)
}

async fn read_back(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let mut request = ask(&w, &tenant, (&actor, &subject)).await;
    let of = |id| w.store.act_request(id);
    assert_eq!(of(request.id).await.unwrap(), Some(request.clone()));
    w.clock.advance(Span::seconds(1));
    let at = w.commit(Change::OnBehalf(To::Approve { id: request.id, by: subject.id })).await.at;
    (request.approved_by, request.expires_at) = (Some(subject.id), at.plus(DECIDED_WITHIN));
    assert_eq!(of(request.id).await.unwrap(), Some(request.clone()));
    w.clock.advance(Span::seconds(1));
    let at = w.commit(Change::OnBehalf(To::Agree(request.id))).await.at;
    (request.agreed, request.expires_at) = (true, at.plus(DECIDED_WITHIN));
    assert_eq!(of(request.id).await.unwrap(), Some(request.clone()));
    w.commit(Change::OnBehalf(To::Use(request.id))).await;
    request.end = Some(ActEnd::Used);
    assert_eq!(of(request.id).await.unwrap(), Some(request));
    let mut plain = ask(&w, &tenant, (&actor, &subject)).await;
    w.commit(Change::OnBehalf(To::Refuse { id: plain.id, by: actor.id })).await;
    plain.end = Some(ActEnd::Refused(actor.id));
    assert_eq!(of(plain.id).await.unwrap(), Some(plain));
    assert_eq!(of(w.id()).await.unwrap(), None);
}

async fn steps(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let take = |id: ActRequestId, step, change| {
        w.try_commit(vec![Guard::ActRequestPermits { id, step }], Change::OnBehalf(change))
    };
    let closed = Err(CommitError::Conflict(0));
    let one = ask(&w, &tenant, (&actor, &subject)).await.id;
    let approve = |id| take(id, Step::Approve, To::Approve { id, by: subject.id });
    approve(one).await.unwrap();
    assert_eq!(approve(one).await.map(drop), closed, "nothing is said twice");
    take(one, Step::Use, To::Use(one)).await.unwrap();
    assert_eq!(take(one, Step::Use, To::Use(one)).await.map(drop), closed);
    let late = ask(&w, &tenant, (&actor, &subject)).await;
    w.clock.set(late.expires_at.minus(Span::millis(1)));
    take(late.id, Step::Agree, To::Agree(late.id)).await.unwrap();
    w.clock.set(late.expires_at);
    assert_eq!(approve(late.id).await.map(drop), closed, "nobody decides later");
    take(late.id, Step::Use, To::Use(late.id)).await.unwrap();
    let nobodys = w.id();
    assert_eq!(take(nobodys, Step::Use, To::Use(nobodys)).await.map(drop), closed);
}

async fn listed(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let (other, stranger) = (w.tenant().await, w.user(&tenant, Role::Member).await);
    let a = ask(&w, &tenant, (&actor, &subject)).await.id;
    let b = ask(&w, &tenant, (&actor, &stranger)).await.id;
    ask(&w, &other, (&actor, &subject)).await;
    let of = async |whose| {
        let page = PageRequest::new(Some(1), Some(20));
        let found = w.store.act_requests(tenant.id, whose, page).await.unwrap();
        assert_eq!(found.total as usize, found.items.len());
        found.items.into_iter().map(|r| r.id).collect::<Vec<_>>()
    };
    assert_eq!(of((None, None)).await, [b, a]);
    assert_eq!(of((Some(actor.id), None)).await, [b, a]);
    assert_eq!(of((None, Some(subject.id))).await, [a]);
    assert_eq!(of((Some(actor.id), Some(stranger.id))).await, [b]);
    assert_eq!(of((Some(subject.id), None)).await, []);
}

async fn swept(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let request = ask(&w, &tenant, (&actor, &subject)).await;
    let kept = || async { w.store.act_request(request.id).await.unwrap().is_some() };
    w.clock.set(request.expires_at.plus(KEPT).minus(Span::millis(1)));
    w.store.sweep().await.unwrap();
    assert!(kept().await);
    w.clock.advance(Span::millis(1));
    w.store.sweep().await.unwrap();
    assert!(!kept().await);
}

async fn opted_out(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let elsewhere = w.tenant().await;
    let of = async |tenant, user| w.store.opted_out(tenant, user).await.unwrap();
    let say = |out| Change::OnBehalf(To::OptOut { tenant: tenant.id, user: subject.id, out });
    let act = |user: &User| {
        let guard = Guard::OptedIn { tenant: tenant.id, user: user.id };
        w.try_commit(vec![guard], Change::CountRefusal("guarded"))
    };
    act(&subject).await.unwrap();
    assert_eq!(of(tenant.id, subject.id).await, None);
    let at = w.commit(say(true)).await.at;
    w.clock.advance(Span::seconds(1));
    w.commit(say(true)).await;
    assert_eq!(of(tenant.id, subject.id).await, Some(at), "said again, it stands since the first time");
    assert_eq!(act(&subject).await.map(drop), Err(CommitError::Conflict(0)));
    act(&actor).await.unwrap();
    assert_eq!((of(elsewhere.id, subject.id).await, of(tenant.id, actor.id).await), (None, None));
    w.commit(say(false)).await;
    w.commit(say(false)).await;
    assert_eq!(of(tenant.id, subject.id).await, None);
    act(&subject).await.unwrap();
}

async fn notices(w: World) {
    let (tenant, actor, subject) = two(&w).await;
    let due_at = w.now().plus(Span::hours(1));
    let mut all = Vec::new();
    for (user, due_at) in [(&subject, due_at), (&subject, due_at), (&actor, due_at.plus(Span::millis(1)))] {
        let (session, client) = (w.id(), Some("shop 'x'".to_owned()));
        let (actor, reason) = ("sup 🦀".to_owned(), "ticket 'x' 42".to_owned());
        let client = client.filter(|_| all.is_empty());
        let (tenant, user) = (tenant.id, user.id);
        let notice = ActNotice { session, tenant, user, begun_at: w.now(), due_at, actor, reason, client };
        w.commit(Change::OnBehalf(To::TellLater(Box::new(notice.clone())))).await;
        all.push(notice);
    }
    let due = async |at, most| {
        let of = w.store.act_notices(at, most).await.unwrap();
        of.into_iter().filter(|notice| notice.tenant == tenant.id).collect::<Vec<_>>()
    };
    assert_eq!(due(due_at.minus(Span::millis(1)), 100).await, []);
    assert_eq!(due(due_at, 100).await, all[..2]);
    assert_eq!(due(due_at.plus(Span::millis(1)), 100).await, all);
    let tell = |sessions: &[ActNotice]| {
        let told = sessions.iter().map(|notice| notice.session).collect::<Vec<_>>();
        w.try_commit(vec![Guard::ActUntold(told[0])], Change::OnBehalf(To::Told(told)))
    };
    tell(&all[..2]).await.unwrap();
    assert_eq!(tell(&all[..2]).await.map(drop), Err(CommitError::Conflict(0)), "nothing is told twice");
    assert_eq!(due(due_at.plus(Span::hours(9)), 100).await, all[2..]);
}
