//! What a change of factors does besides: it is noted on the user, and takes trust in their devices with it.

use super::Case;
use super::devices::{Home, home, new as device, register};
use super::factors::new as factor;
use super::passkeys::passkey;
use super::world::World;
use authms_core::commit::Change;
use authms_core::device::Device;
use authms_core::factor::{Change as Factors, Factor, FactorKind};
use authms_core::id::FactorId;
use authms_core::passkey::Change as Passkeys;
use authms_core::time::{Span, Timestamp};

pub(super) const CASES: &[Case] = &[
    Case { name: "whatever changes what counts is noted on the user", run: |w| Box::pin(noted(w)) },
    Case { name: "trust ends with a factor that goes, and with no other", run: |w| Box::pin(trust(w)) },
    Case { name: "a passkey goes with its factor, however that is removed", run: |w| Box::pin(passkeys(w)) },
];

async fn write(w: &World, change: Factors) -> Timestamp {
    w.clock.advance(Span::seconds(1));
    w.commit(Change::Factor(change)).await.at
}

async fn changed(w: &World, home: &Home) -> Option<Timestamp> {
    w.store.remembered(home.tenant.id, home.user.id).await.unwrap().factors_changed_at
}

fn boxed(w: &World, home: &Home, kind: FactorKind, verified: bool) -> (FactorId, Box<Factor>) {
    let factor = Factor { verified_at: verified.then(|| w.now()), ..factor(w, &home.user, kind) };
    (factor.id, Box::new(factor))
}

async fn noted(w: World) {
    let home = home(&w).await;
    let user = home.user.id;
    let (id, pending) = boxed(&w, &home, FactorKind::Totp, false);
    write(&w, Factors::Add(pending.clone())).await;
    write(&w, Factors::Remove { user, id }).await;
    write(&w, Factors::Add(pending)).await;
    assert_eq!(changed(&w, &home).await, None, "what is not finished counts for nothing");
    let codes = || boxed(&w, &home, FactorKind::RecoveryCode, true).1;
    for change in [
        Factors::Verify { user, id, step: Some(1) },
        Factors::SetEnabled { user, id, enabled: false },
        Factors::SetEnabled { user, id, enabled: true },
        Factors::ReplaceRecoveryCodes { factor: codes(), hashes: vec![[1; 32]] },
        Factors::ReplaceRecoveryCodes { factor: codes(), hashes: vec![[2; 32]] },
        Factors::Remove { user, id },
        Factors::Add(boxed(&w, &home, FactorKind::Totp, true).1),
        Factors::RemoveAll(user),
    ] {
        let at = write(&w, change.clone()).await;
        assert_eq!(changed(&w, &home).await, Some(at), "{change:?}");
    }
    let (id, used) = boxed(&w, &home, FactorKind::Totp, true);
    let at = write(&w, Factors::Add(used)).await;
    for change in [
        Factors::Use { user, id, step: Some(2) },
        Factors::Fail { user, id },
        Factors::SetPrimary { user, id },
    ] {
        write(&w, change.clone()).await;
        assert_eq!(changed(&w, &home).await, Some(at), "{change:?}");
    }
}

async fn trust(w: World) {
    let (home, other) = (home(&w).await, home(&w).await);
    let user = home.user.id;
    let others = register(&w, &other, device(&w, &other), true).await;
    let trusted = async |d: &Device| w.store.device(d.id).await.unwrap().unwrap().trust.is_some();
    let (id, app) = boxed(&w, &home, FactorKind::Totp, false);
    let (first, beside) = boxed(&w, &home, FactorKind::Sms, false);
    let codes = || boxed(&w, &home, FactorKind::RecoveryCode, true).1;
    let (ends, stays) = (true, false);
    for (change, outcome) in [
        (Factors::Add(app), stays),
        (Factors::Verify { user, id, step: None }, stays),
        (Factors::Add(beside), stays),
        (Factors::Remove { user, id: first }, stays),
        (Factors::SetEnabled { user, id, enabled: true }, stays),
        (Factors::SetEnabled { user, id, enabled: false }, ends),
        (Factors::ReplaceRecoveryCodes { factor: codes(), hashes: vec![[1; 32]] }, stays),
        (Factors::ReplaceRecoveryCodes { factor: codes(), hashes: vec![[2; 32]] }, ends),
        (Factors::Fail { user, id }, stays),
        (Factors::Remove { user, id }, ends),
        (Factors::RemoveAll(user), ends),
    ] {
        let mine = register(&w, &home, device(&w, &home), true).await;
        write(&w, change.clone()).await;
        assert_eq!(!trusted(&mine).await, outcome, "{change:?}");
    }
    assert!(trusted(&others).await, "somebody else's");
}

async fn passkeys(w: World) {
    let home = home(&w).await;
    let user = home.user.id;
    let add = async |name: &[u8]| {
        let new = passkey(&w, &home.user, name);
        let id = new.factor.id;
        let at = w.commit(Change::Passkey(Passkeys::Add(Box::new(new)))).await.at;
        assert_eq!(changed(&w, &home).await, Some(at));
        id
    };
    let left = async || w.store.passkeys_of(user).await.unwrap().len();
    let id = add(b"one").await;
    add(b"other").await;
    let mine = register(&w, &home, device(&w, &home), true).await;
    write(&w, Factors::Remove { user, id }).await;
    assert_eq!(left().await, 1);
    assert!(w.store.passkey(b"one".to_vec()).await.unwrap().is_none());
    assert_eq!(w.store.device(mine.id).await.unwrap().unwrap().trust, None);
    write(&w, Factors::RemoveAll(user)).await;
    assert_eq!((left().await, w.store.factors_of(user).await.unwrap().len()), (0, 0));
    add(b"one").await;
}
