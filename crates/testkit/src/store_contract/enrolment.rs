//! Enrolments at challenges, and administrators' releases.

use super::Case;
use super::factors::{holds, new_challenge};
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::factor::{Change as Factors, Factor, FactorKind};
use authms_core::mfa::{RELEASE_TTL, Release, ReleaseChange};
use authms_core::passkey::Change as Passkeys;
use authms_core::signin::challenge::enrolment::Enrolment;
use authms_core::signin::challenge::{Challenge, ChallengeView, Change as Challenges, ENROLMENT_TTL};
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::{Change as Users, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "EnrolmentAsRead: waits, and has come exactly so far", run: |w| Box::pin(as_read(w)) },
    Case { name: "WithoutFactor: none that counts", run: |w| Box::pin(without(w)) },
    Case { name: "a release lasts an hour, and until it is ended", run: |w| Box::pin(released(w)) },
    Case { name: "a release is over once its user is another", run: |w| Box::pin(fenced(w)) },
    Case {
        name: "a passkey that does not count is found by its factor alone",
        run: |w| Box::pin(pending(w)),
    },
];

async fn people(w: &World) -> (Tenant, User) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    (tenant, user)
}

async fn view(w: &World, challenge: &Challenge) -> ChallengeView {
    w.store.challenge(challenge.id).await.unwrap().unwrap()
}

async fn as_read(w: World) {
    let (tenant, user) = people(&w).await;
    let asked = Enrolment::default();
    let opened = Challenge { enrolment: Some(asked), ..new_challenge(&w, &tenant, &user) };
    let at = w.commit(Change::Challenge(Challenges::Open(Box::new(opened.clone())))).await.at;
    let found = view(&w, &opened).await.challenge;
    assert_eq!((found.enrolment, found.expires_at), (Some(asked), at.plus(ENROLMENT_TTL)));

    let (id, factor) = (opened.id, w.id());
    let [proven, begun] =
        [Enrolment { proven: true, ..asked }, Enrolment { proven: true, factor: Some(factor) }];
    let as_read = |enrolment| Guard::EnrolmentAsRead { id, enrolment };
    let all = async || {
        let [a, b, c] = [asked, proven, begun].map(as_read);
        [holds(&w, a).await, holds(&w, b).await, holds(&w, c).await]
    };
    assert_eq!(all().await, [true, false, false]);
    w.commit(Change::Challenge(Challenges::Prove(id))).await;
    assert_eq!(all().await, [false, true, false]);
    w.commit(Change::Challenge(Challenges::Enrol { id, factor })).await;
    assert_eq!(all().await, [false, false, true]);
    assert_eq!(view(&w, &opened).await.challenge.enrolment, Some(begun));

    let ordinary = new_challenge(&w, &tenant, &user);
    w.commit(Change::Challenge(Challenges::Open(Box::new(ordinary.clone())))).await;
    assert_eq!(view(&w, &ordinary).await.challenge.enrolment, None);
    assert!(!holds(&w, Guard::EnrolmentAsRead { id: ordinary.id, enrolment: asked }).await);
    let prove = Change::Challenge(Challenges::Prove(ordinary.id));
    assert!(w.try_commit(Vec::new(), prove).await.is_err(), "nobody enrols at it");

    w.clock.advance(ENROLMENT_TTL);
    assert_eq!(all().await, [false; 3], "its time is over");
}

async fn without(w: World) {
    let (_, user) = people(&w).await;
    let none = Guard::WithoutFactor(user.id);
    assert!(holds(&w, none.clone()).await);
    let factor = Factor {
        id: w.id(),
        user: user.id,
        kind: FactorKind::Totp,
        name: "phone".to_owned(),
        address: None,
        sealed: None,
        verified_at: None,
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: w.now(),
        set_password: false,
    };
    let (user, id) = (user.id, factor.id);
    w.commit(Change::Factor(Factors::Add(Box::new(factor)))).await;
    assert!(holds(&w, none.clone()).await, "it is not finished");
    w.commit(Change::Factor(Factors::Verify { user, id, step: None })).await;
    assert!(!holds(&w, none.clone()).await);
    for _ in 0..100 {
        w.commit(Change::Factor(Factors::Fail { user, id })).await;
    }
    assert!(!holds(&w, none.clone()).await, "switched off by failures, it still counts");
    w.commit(Change::Factor(Factors::SetEnabled { user, id, enabled: false })).await;
    assert!(holds(&w, none).await);
}

async fn release(w: &World, tenant: &Tenant, user: &User) {
    let membership = w.store.membership(tenant.id, user.id).await.unwrap().unwrap();
    let (user_fence, membership_fence) = (user.fence, membership.fence);
    let release = Release { tenant: tenant.id, user: user.id, user_fence, membership_fence };
    w.commit(Change::Release(ReleaseChange::Begin(release))).await;
}

async fn released(w: World) {
    let (tenant, user) = people(&w).await;
    let (_, other) = people(&w).await;
    let opened = Challenge { enrolment: Some(Enrolment::default()), ..new_challenge(&w, &tenant, &user) };
    w.commit(Change::Challenge(Challenges::Open(Box::new(opened.clone())))).await;
    let lives = Guard::ReleaseLives { tenant: tenant.id, user: user.id };
    assert_eq!(view(&w, &opened).await.released_until, None);
    assert!(!holds(&w, lives.clone()).await);
    release(&w, &tenant, &user).await;
    let until = w.store.released_until(tenant.id, user.id).await.unwrap().unwrap();
    assert_eq!(view(&w, &opened).await.released_until, Some(until));
    assert!(until <= w.now().plus(RELEASE_TTL) && until > w.now().plus(RELEASE_TTL).minus(Span::seconds(60)));
    assert_eq!(w.store.released_until(tenant.id, other.id).await.unwrap(), None);
    assert!(holds(&w, lives.clone()).await);
    release(&w, &tenant, &user).await;
    w.clock.set(until.plus(Span::seconds(60)));
    assert!(!holds(&w, lives.clone()).await);
    w.store.sweep().await.unwrap();
    assert_eq!(w.store.released_until(tenant.id, user.id).await.unwrap(), None, "swept away");

    release(&w, &tenant, &user).await;
    let end = Change::Release(ReleaseChange::End { tenant: tenant.id, user: user.id });
    w.commit(end.clone()).await;
    assert!(!holds(&w, lives).await);
    w.commit(end).await;
}

async fn fenced(w: World) {
    let (tenant, user) = people(&w).await;
    release(&w, &tenant, &user).await;
    let lives = Guard::ReleaseLives { tenant: tenant.id, user: user.id };
    let after = User { fence: user.fence + 1, rev: user.rev + 1, ..user.clone() };
    w.commit(Change::User(Users::Update(Box::new(after.clone())))).await;
    assert!(!holds(&w, lives.clone()).await);
    assert_eq!(w.store.released_until(tenant.id, user.id).await.unwrap(), None);
    release(&w, &tenant, &after).await;
    assert!(holds(&w, lives).await, "a new one");
}

async fn pending(w: World) {
    let (_, user) = people(&w).await;
    let new = super::passkeys::passkey(&w, &user, b"credential");
    let factor = Factor { verified_at: None, ..new.factor.clone() };
    let (id, begun) = (factor.id, authms_core::passkey::NewPasskey { factor, ..new });
    w.commit(Change::Passkey(Passkeys::Add(Box::new(begun)))).await;
    assert!(w.store.passkeys_of(user.id).await.unwrap().is_empty());
    assert_eq!(w.store.passkey_of(user.id, id).await.unwrap().unwrap().credential_id, b"credential");
    assert!(w.store.passkey_of(w.id(), id).await.unwrap().is_none());
    let as_read = vec![Guard::FactorUsable { user: user.id, id }];
    let use_it = Change::Factor(Factors::Use { user: user.id, id, step: None });
    assert_eq!(w.try_commit(as_read, use_it).await.err(), Some(CommitError::Conflict(0)));
    w.commit(Change::Factor(Factors::Verify { user: user.id, id, step: None })).await;
    assert_eq!(w.store.passkeys_of(user.id).await.unwrap().len(), 1);
}
