//! Second factors and the challenges that wait for them.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::factor::{
    Change as Factors, FAILURES_ALLOWED, Factor, FactorKind, FactorKinds, RecoveryCode,
};
use authms_core::id::ChallengeId;
use authms_core::mfa::MfaReason;
use authms_core::page::PageRequest;
use authms_core::risk::{Level, Risk};
use authms_core::session::{Change as Sessions, EndReason, Origin, Proof, Proven};
use authms_core::signin::MethodKind;
use authms_core::signin::challenge::{
    CHALLENGE_TTL, Challenge, ChallengeState, Change as Challenges, GUESSES, delay,
};
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::User;

pub(super) const CASES: &[Case] = &[
    Case { name: "factors are read as they were written, each user's own", run: |w| Box::pin(read(w)) },
    Case { name: "a factor is verified once and counts from then on", run: |w| Box::pin(verify(w)) },
    Case { name: "failures in a row switch a factor off, a proof forgets them", run: |w| Box::pin(fail(w)) },
    Case { name: "each step of a factor is spent once", run: |w| Box::pin(steps(w)) },
    Case { name: "factors are switched, put first, counted and removed", run: |w| Box::pin(manage(w)) },
    Case { name: "what set the password is noted with its factors", run: |w| Box::pin(set_password(w)) },
    Case { name: "recovery codes are spent once, replaced and removed", run: |w| Box::pin(codes(w)) },
    Case { name: "who has recovery codes is listed with how many are unspent", run: |w| Box::pin(who(w)) },
    Case { name: "a challenge is read as it was opened", run: |w| Box::pin(challenge(w)) },
    Case { name: "a challenge counts wrong codes, makes wait and dies", run: |w| Box::pin(guesses(w)) },
    Case { name: "a challenge passes once, and dies with its user's sessions", run: |w| Box::pin(passes(w)) },
    Case { name: "a session keeps what its user proved", run: |w| Box::pin(proven(w)) },
];

pub(super) fn new(w: &World, user: &User, kind: FactorKind) -> Factor {
    Factor {
        id: w.id(),
        user: user.id,
        kind,
        name: "phone \"1\" 🦀".to_owned(),
        address: Some("ada@example.test".to_owned()),
        sealed: Some(vec![0, 1, 255]),
        verified_at: None,
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: w.now(),
        set_password: false,
    }
}

async fn add(w: &World, factor: &Factor) {
    w.commit(Change::Factor(Factors::Add(Box::new(factor.clone())))).await;
}

async fn verified(w: &World, user: &User, kind: FactorKind) -> Factor {
    let factor = Factor { verified_at: Some(w.now()), ..new(w, user, kind) };
    add(w, &factor).await;
    factor
}

async fn of(w: &World, user: &User) -> Vec<Factor> {
    w.store.factors_of(user.id).await.unwrap()
}

/// A change of no consequence, under this guard.
pub(super) async fn holds(w: &World, guard: Guard) -> bool {
    match w.try_commit(vec![guard], Change::CountRefusal("test")).await {
        Ok(_) => true,
        Err(CommitError::Conflict(0)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn people(w: &World) -> (Tenant, User, User) {
    let tenant = w.tenant().await;
    let (ada, bob) = (w.user(&tenant, Role::Member).await, w.user(&tenant, Role::Member).await);
    (tenant, ada, bob)
}

async fn read(w: World) {
    let (_, ada, bob) = people(&w).await;
    let (first, second) = (new(&w, &ada, FactorKind::Totp), new(&w, &ada, FactorKind::Sms));
    let second = Factor { address: None, sealed: None, enabled: false, primary: true, ..second };
    add(&w, &first).await;
    add(&w, &second).await;
    let found = of(&w, &ada).await;
    assert_eq!(found.iter().map(|f| f.id).collect::<Vec<_>>(), [first.id, second.id]);
    assert_eq!((found[0].kind, found[0].name.as_str()), (first.kind, first.name.as_str()));
    assert_eq!((&found[0].address, &found[0].sealed), (&first.address, &first.sealed));
    assert_eq!((found[1].enabled, found[1].primary, &found[1].sealed), (false, true, &None));
    assert!(of(&w, &bob).await.is_empty());
}

async fn verify(w: World) {
    let (_, ada, _) = people(&w).await;
    let factor = new(&w, &ada, FactorKind::Totp);
    add(&w, &factor).await;
    let (user, id) = (ada.id, factor.id);
    let [pending, enrolled, usable] = [
        Guard::FactorPending { user, id },
        Guard::FactorEnrolled { user, id },
        Guard::FactorUsable { user, id },
    ];
    let all = async || {
        [holds(&w, pending.clone()).await, holds(&w, enrolled.clone()).await, holds(&w, usable.clone()).await]
    };
    assert_eq!(all().await, [true, false, false]);
    let at = w.commit(Change::Factor(Factors::Verify { user, id, step: Some(7) })).await.at;
    let found = &of(&w, &ada).await[0];
    assert_eq!((found.verified_at, found.last_step), (Some(at), Some(7)));
    assert_eq!(all().await, [false, true, true]);
}

async fn fail(w: World) {
    let (_, ada, _) = people(&w).await;
    let factor = verified(&w, &ada, FactorKind::Totp).await;
    let (user, id) = (ada.id, factor.id);
    let usable = Guard::FactorUsable { user, id };
    let fail = Change::Factor(Factors::Fail { user, id });
    w.commit(fail.clone()).await;
    w.commit(Change::Factor(Factors::Use { user, id, step: None })).await;
    assert_eq!(of(&w, &ada).await[0].failures, 0);
    for _ in 0..FAILURES_ALLOWED {
        w.try_commit(vec![usable.clone()], fail.clone()).await.unwrap();
    }
    assert_eq!(w.try_commit(vec![usable.clone()], fail).await.err(), Some(CommitError::Conflict(0)));
    assert!(!holds(&w, usable.clone()).await && holds(&w, Guard::FactorEnrolled { user, id }).await);
    w.commit(Change::Factor(Factors::SetEnabled { user, id, enabled: true })).await;
    assert!(holds(&w, usable).await);
}

async fn steps(w: World) {
    let (_, ada, _) = people(&w).await;
    let factor = verified(&w, &ada, FactorKind::Totp).await;
    let (user, id) = (ada.id, factor.id);
    let unspent = |step| Guard::StepUnspent { user, id, step };
    assert!(holds(&w, unspent(0)).await);
    w.try_commit(vec![unspent(5)], Change::Factor(Factors::Use { user, id, step: Some(5) })).await.unwrap();
    for (step, free) in [(4, false), (5, false), (6, true)] {
        assert_eq!(holds(&w, unspent(step)).await, free, "{step}");
    }
    w.commit(Change::Factor(Factors::Use { user, id, step: None })).await;
    assert_eq!(of(&w, &ada).await[0].last_step, Some(5), "a proof without a step frees none");
}

async fn manage(w: World) {
    let (_, ada, bob) = people(&w).await;
    let (first, second) =
        (verified(&w, &ada, FactorKind::Totp).await, verified(&w, &ada, FactorKind::Totp).await);
    let others = verified(&w, &bob, FactorKind::Totp).await;
    let user = ada.id;
    let below = |bound| Guard::FactorsBelow { user, kind: FactorKind::Totp, bound };
    assert!(!holds(&w, below(2)).await && holds(&w, below(3)).await);
    for primary in [&first, &second] {
        w.commit(Change::Factor(Factors::SetPrimary { user, id: primary.id })).await;
        let found = of(&w, &ada).await;
        assert!(found.iter().all(|f| f.primary == (f.id == primary.id)));
    }
    w.commit(Change::Factor(Factors::SetEnabled { user, id: first.id, enabled: false })).await;
    assert!(!holds(&w, Guard::FactorUsable { user, id: first.id }).await);
    w.commit(Change::Factor(Factors::Remove { user, id: first.id })).await;
    assert_eq!(of(&w, &ada).await.len(), 1);
    w.commit(Change::Factor(Factors::RemoveAll(user))).await;
    assert!(of(&w, &ada).await.is_empty());
    assert_eq!(of(&w, &bob).await[0].id, others.id);
}

async fn set_password(w: World) {
    let (_, ada, bob) = people(&w).await;
    for kind in [FactorKind::Email, FactorKind::Sms, FactorKind::Totp] {
        verified(&w, &ada, kind).await;
    }
    verified(&w, &bob, FactorKind::Email).await;
    for kind in [Some(FactorKind::Email), Some(FactorKind::Sms), None] {
        w.commit(Change::Factor(Factors::PasswordSetBy { user: ada.id, kind })).await;
        let marked: Vec<_> = of(&w, &ada).await.into_iter().filter(|f| f.set_password).collect();
        assert_eq!(marked.iter().map(|f| f.kind).collect::<Vec<_>>(), kind.into_iter().collect::<Vec<_>>());
    }
    w.commit(Change::Factor(Factors::PasswordSetBy { user: ada.id, kind: Some(FactorKind::Email) })).await;
    assert!(of(&w, &bob).await.iter().all(|f| !f.set_password), "each user's own");
}

async fn codes(w: World) {
    let (_, ada, bob) = people(&w).await;
    let replace = async |user: &User, hashes: Vec<[u8; 32]>| {
        let factor =
            Box::new(Factor { verified_at: Some(w.now()), ..new(&w, user, FactorKind::RecoveryCode) });
        let id = factor.id;
        w.commit(Change::Factor(Factors::ReplaceRecoveryCodes { factor, hashes })).await;
        id
    };
    let user = ada.id;
    replace(&ada, vec![[1; 32], [2; 32]]).await;
    replace(&bob, vec![[3; 32]]).await;
    let unspent = |hash| Guard::RecoveryCodeUnspent { user, hash };
    let spend = |hash| Change::Factor(Factors::SpendRecoveryCode { user, hash });
    assert!(!holds(&w, unspent([3; 32])).await, "somebody else's");
    w.try_commit(vec![unspent([1; 32])], spend([1; 32])).await.unwrap();
    assert_eq!(
        w.try_commit(vec![unspent([1; 32])], spend([1; 32])).await.err(),
        Some(CommitError::Conflict(0))
    );
    let mut kept = w.store.recovery_codes_of(user).await.unwrap();
    kept.sort_by_key(|code| code.hash);
    let expected = [([1; 32], true), ([2; 32], false)].map(|(hash, spent)| RecoveryCode { hash, spent });
    assert_eq!(kept, expected);
    let id = replace(&ada, vec![[4; 32]]).await;
    assert_eq!(w.store.recovery_codes_of(user).await.unwrap().len(), 1);
    assert_eq!(of(&w, &ada).await.len(), 1, "one set at a time");
    w.commit(Change::Factor(Factors::Remove { user, id })).await;
    assert!(w.store.recovery_codes_of(user).await.unwrap().is_empty());
    assert_eq!(w.store.recovery_codes_of(bob.id).await.unwrap().len(), 1);
}

async fn who(w: World) {
    let (tenant, ada, bob) = people(&w).await;
    let (_, stranger, _) = people(&w).await;
    for (user, codes) in [(&ada, 2), (&bob, 1), (&stranger, 3)] {
        let factor =
            Box::new(Factor { verified_at: Some(w.now()), ..new(&w, user, FactorKind::RecoveryCode) });
        let hashes = (0..codes).map(|_| w.bytes()).collect();
        w.commit(Change::Factor(Factors::ReplaceRecoveryCodes { factor, hashes })).await;
    }
    let hash = w.store.recovery_codes_of(ada.id).await.unwrap()[0].hash;
    w.commit(Change::Factor(Factors::SpendRecoveryCode { user: ada.id, hash })).await;
    let page = async |page, size| {
        let page = w.store.recovery_codes_in(tenant.id, PageRequest::new(Some(page), Some(size))).await;
        let page = page.unwrap();
        (page.items, page.total)
    };
    assert_eq!(page(1, 20).await, (vec![(bob.id, 1), (ada.id, 1)], 2), "the tenant's own, newest first");
    assert_eq!(page(2, 1).await, (vec![(ada.id, 1)], 2));
    w.commit(Change::Factor(Factors::RemoveAll(bob.id))).await;
    assert_eq!(page(1, 20).await, (vec![(ada.id, 1)], 1));
}

pub(super) fn new_challenge(w: &World, tenant: &Tenant, user: &User) -> Challenge {
    Challenge {
        device: None,
        renews: Some(w.id()),
        id: w.id(),
        secret_hash: w.bytes(),
        tenant: tenant.id,
        user: user.id,
        user_rev: Some(user.rev),
        client: None,
        method: MethodKind::Password,
        ticket: None,
        minted_by: None,
        fences: w.fences(tenant, user),
        auth_time: Some(w.now()),
        amr: vec!["pwd".to_owned()],
        origin: Origin { ip: "2001:db8::7".parse().ok(), user_agent: Some("x".to_owned()) },
        methods: FactorKinds::of(&[FactorKind::Totp, FactorKind::RecoveryCode]),
        why: MfaReason::PolicyAlways,
        enrolment: None,
        risk: Risk { score: 61, level: Level::High },
        wrong: 0,
        next_at: w.now(),
        state: ChallengeState::Open,
        created_at: w.now(),
        expires_at: w.now(),
    }
}

async fn open(w: &World, tenant: &Tenant, user: &User) -> Challenge {
    let new = new_challenge(w, tenant, user);
    w.commit(Change::Challenge(Challenges::Open(Box::new(new.clone())))).await;
    new
}

async fn state(w: &World, id: ChallengeId) -> Challenge {
    w.store.challenge(id).await.unwrap().unwrap().challenge
}

async fn challenge(w: World) {
    let (tenant, ada, _) = people(&w).await;
    let opened = new_challenge(&w, &tenant, &ada);
    let at = w.commit(Change::Challenge(Challenges::Open(Box::new(opened.clone())))).await.at;
    let view = w.store.challenge(opened.id).await.unwrap().unwrap();
    let found = view.challenge;
    assert_eq!(
        (found.secret_hash, found.user_rev, found.fences),
        (opened.secret_hash, Some(1), opened.fences)
    );
    assert_eq!((found.methods, found.why, &found.amr), (opened.methods, opened.why, &opened.amr));
    assert_eq!((found.risk, found.renews), (opened.risk, opened.renews));
    assert_eq!((found.created_at, found.expires_at), (at, at.plus(CHALLENGE_TTL)));
    assert_eq!((view.standing.user.id, view.standing.tenant.id), (ada.id, tenant.id));
    assert!(view.replay.is_none() && w.store.challenge(w.id()).await.unwrap().is_none());
}

async fn guesses(w: World) {
    let (tenant, ada, _) = people(&w).await;
    let id = open(&w, &tenant, &ada).await.id;
    for before in 0..GUESSES {
        w.clock.advance(delay(before));
        let as_read = Guard::ChallengeAsRead { id, wrong: before };
        let wrong = Change::Challenge(Challenges::CountWrong { id, before });
        w.try_commit(vec![as_read.clone()], wrong.clone()).await.unwrap();
        assert_eq!(w.try_commit(vec![as_read], wrong).await.err(), Some(CommitError::Conflict(0)));
        let next = Guard::ChallengeAsRead { id, wrong: before + 1 };
        assert!(!holds(&w, next).await, "it has to wait, or is dead");
    }
    assert_eq!(state(&w, id).await.state, ChallengeState::Dead);
    let late = open(&w, &tenant, &ada).await.id;
    w.clock.advance(CHALLENGE_TTL);
    assert!(!holds(&w, Guard::ChallengeAsRead { id: late, wrong: 0 }).await, "its time is over");
}

async fn passes(w: World) {
    let (tenant, ada, bob) = people(&w).await;
    let (first, second) = (open(&w, &tenant, &ada).await.id, open(&w, &tenant, &ada).await.id);
    let others = open(&w, &tenant, &bob).await.id;
    let replay = w.new_replay();
    let as_read = Guard::ChallengeAsRead { id: first, wrong: 0 };
    let pass = Change::Challenge(Challenges::Pass { id: first, replay: Some(replay) });
    let at = w.try_commit(vec![as_read.clone()], pass.clone()).await.unwrap().at;
    assert_eq!(w.try_commit(vec![as_read], pass).await.err(), Some(CommitError::Conflict(0)));
    let view = w.store.challenge(first).await.unwrap().unwrap();
    assert_eq!((view.challenge.state, view.replay), (ChallengeState::Passed { at }, Some(replay)));
    let end =
        Sessions::EndAll { tenant: tenant.id, user: ada.id, except: None, reason: EndReason::FactorsChanged };
    w.commit(Change::Session(end)).await;
    assert_eq!(state(&w, second).await.state, ChallengeState::Dead);
    assert_eq!(state(&w, others).await.state, ChallengeState::Open);
}

async fn proven(w: World) {
    let (tenant, ada, _) = people(&w).await;
    for by in [None, Some(Proof::Password), Some(Proof::Factor)] {
        let proven = by.map(|by| Proven { by, at: w.now().plus(Span::seconds(3)) });
        let session = authms_core::session::Session { proven, ..w.new_session(&tenant, &ada) };
        w.open(&session).await;
        assert_eq!(w.store.session(session.id).await.unwrap().unwrap().session.proven, proven);
    }
}
