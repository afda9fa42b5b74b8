//! What is remembered of users' sign-ins.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Commit, CommitError, Guard};
use authms_core::risk::{Learned, SignInSeen};
use authms_core::signin::Remembered;

pub(super) const CASES: &[Case] =
    &[Case { name: "a sign-in is learned from once, by whoever is first", run: |w| Box::pin(once(w)) }];

async fn once(w: World) {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let remembered = || async { w.store.remembered(tenant.id, user.id).await.unwrap() };
    assert_eq!(remembered().await, Remembered::default());
    let (first, second) = (w.session(&tenant, &user).await, w.session(&tenant, &user).await);
    let oldest = w.store.to_learn(1).await.unwrap();
    assert_eq!((oldest.len(), oldest[0].session, oldest[0].rev), (1, first.id.min(second.id), 0));
    let lessons = w.store.to_learn(9).await.unwrap();
    assert!(lessons.iter().all(|l| (l.tenant, l.user) == (tenant.id, user.id)) && lessons.len() == 2);

    let at = w.now();
    let mut learned = Learned {
        tenant: tenant.id,
        user: user.id,
        history: lessons[0].history.clone(),
        rev: 0,
        at,
        sessions: vec![lessons[0].session],
    };
    learned.history.learn(&SignInSeen { at, ip: None, place: Default::default(), agent: None });
    let commit = |learned: &Learned| {
        let guard = Guard::HistoryAsRead { tenant: tenant.id, user: user.id, rev: learned.rev };
        Commit::learned(learned.clone()).guard(guard)
    };
    w.store.commit(commit(&learned)).await.unwrap();
    let again = w.store.commit(commit(&learned)).await;
    assert!(matches!(again, Err(CommitError::Conflict(0))), "{again:?}");
    assert_eq!(remembered().await.history, learned.history);
    let left = w.store.to_learn(9).await.unwrap();
    assert_eq!((left.len(), left[0].session, left[0].rev), (1, lessons[1].session, 1));
    assert_eq!(left[0].history, learned.history);
}
