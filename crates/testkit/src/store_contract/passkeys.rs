//! Passkeys and their ceremonies.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, Commit, CommitError, Guard, Unique};
use authms_core::factor::{Change as Factors, Factor, FactorKind};
use authms_core::passkey::{
    CEREMONY_TTL, Ceremony, Change as Passkeys, NewPasskey, Passkey, Planned, Purpose,
};
use authms_core::time::Span;
use authms_core::user::User;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a passkey is kept with its factor and found by its credential",
        run: |w| Box::pin(kept(w)),
    },
    Case { name: "a credential is one passkey's only", run: |w| Box::pin(unique(w)) },
    Case { name: "PasskeyAsRead, FactorThere, PasskeysBelow", run: |w| Box::pin(guards(w)) },
    Case { name: "a passkey is renamed by its factor", run: |w| Box::pin(renamed(w)) },
    Case { name: "who has all factors removed has no passkey left", run: |w| Box::pin(all_removed(w)) },
    Case { name: "CeremonyOpen: unused, not over", run: |w| Box::pin(ceremony(w)) },
    Case { name: "ceremonies are swept away once they are over", run: |w| Box::pin(swept(w)) },
];

pub(super) fn passkey(w: &World, user: &User, credential_id: &[u8]) -> NewPasskey {
    let factor = Factor {
        id: w.id(),
        user: user.id,
        kind: FactorKind::Passkey,
        name: "Passkey".to_owned(),
        address: None,
        sealed: None,
        verified_at: Some(w.now()),
        enabled: true,
        primary: false,
        failures: 0,
        last_step: None,
        last_used_at: None,
        created_at: w.now(),
        set_password: false,
    };
    let passkey = Passkey {
        factor: factor.id,
        user: user.id,
        tenant: user.tenant,
        credential_id: credential_id.to_vec(),
        user_handle: [7; 32],
        key: vec![1, 2, 3],
        counter: u32::MAX - 1,
        backup_eligible: true,
        backed_up: false,
        transports: vec!["usb".to_owned(), "smart-card".to_owned()],
        aaguid: [9; 16],
    };
    NewPasskey { factor, passkey }
}

async fn add(w: &World, new: &NewPasskey) -> Result<(), CommitError> {
    let change = Change::Passkey(Passkeys::Add(Box::new(new.clone())));
    w.store.commit(Commit::unremarkable(change)).await.map(drop)
}

async fn write(w: &World, change: Passkeys) {
    w.store.commit(Commit::unremarkable(Change::Passkey(change))).await.unwrap();
}

async fn somebody(w: &World) -> User {
    let tenant = w.tenant().await;
    w.user(&tenant, Role::Support).await
}

async fn kept(w: World) {
    let user = somebody(&w).await;
    let new = passkey(&w, &user, b"credential");
    add(&w, &new).await.unwrap();
    let (found, standing) = w.store.passkey(b"credential".to_vec()).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{:?}", new.passkey));
    assert_eq!((standing.user.id, standing.role), (user.id, Some(Role::Support)));
    assert_eq!((standing.tenant.id, standing.fences.user), (user.tenant, Some(user.fence)));
    assert!(w.store.passkey(b"other".to_vec()).await.unwrap().is_none());
    let factors = w.store.factors_of(user.id).await.unwrap();
    assert!(factors.len() == 1 && factors[0].is_usable() && factors[0].kind == FactorKind::Passkey);
    let later = passkey(&w, &user, b"later");
    add(&w, &later).await.unwrap();
    let all = w.store.passkeys_of(user.id).await.unwrap();
    assert_eq!(all.iter().map(|p| p.factor).collect::<Vec<_>>(), [new.factor.id, later.factor.id]);
    assert!(w.store.passkeys_of(w.id()).await.unwrap().is_empty());
}

async fn unique(w: World) {
    let (one, other) = (somebody(&w).await, somebody(&w).await);
    add(&w, &passkey(&w, &one, b"credential")).await.unwrap();
    let taken = add(&w, &passkey(&w, &other, b"credential")).await.unwrap_err();
    assert_eq!(taken, CommitError::Taken(Unique::Credential));
    assert!(w.store.factors_of(other.id).await.unwrap().is_empty(), "all of it or none");
}

async fn holds(w: &World, guard: Guard) -> bool {
    w.try_commit(vec![guard], Change::CountRefusal("probe")).await.is_ok()
}

async fn guards(w: World) {
    let user = somebody(&w).await;
    let new = passkey(&w, &user, b"credential");
    add(&w, &new).await.unwrap();
    let (user, factor, counter) = (user.id, new.factor.id, new.passkey.counter);
    assert!(holds(&w, Guard::PasskeyAsRead { user, factor, counter }).await);
    assert!(!holds(&w, Guard::PasskeyAsRead { user, factor, counter: counter - 1 }).await);
    assert!(!holds(&w, Guard::PasskeyAsRead { user, factor: w.id(), counter }).await);
    assert!(holds(&w, Guard::FactorThere { user, id: factor }).await);
    assert!(!holds(&w, Guard::FactorThere { user: w.id(), id: factor }).await);
    assert!(holds(&w, Guard::PasskeysBelow { user, bound: 2 }).await);
    assert!(!holds(&w, Guard::PasskeysBelow { user, bound: 1 }).await);
    write(&w, Passkeys::Assert { user, factor, counter: u32::MAX, backed_up: true }).await;
    assert!(holds(&w, Guard::PasskeyAsRead { user, factor, counter: u32::MAX }).await);
    let all = w.store.passkeys_of(user).await.unwrap();
    assert!(all[0].backed_up && all[0].backup_eligible);
}

async fn renamed(w: World) {
    let user = somebody(&w).await;
    let (one, other) = (passkey(&w, &user, b"one"), passkey(&w, &user, b"other"));
    add(&w, &one).await.unwrap();
    add(&w, &other).await.unwrap();
    let name = "In the safe".to_owned();
    write(&w, Passkeys::Rename { user: user.id, factor: one.factor.id, name }).await;
    let names: Vec<_> = w.store.factors_of(user.id).await.unwrap().into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["In the safe", "Passkey"]);
}

async fn all_removed(w: World) {
    let (user, other) = (somebody(&w).await, somebody(&w).await);
    for (user, credential) in [(&user, b"one".as_slice()), (&user, b"two"), (&other, b"other")] {
        add(&w, &passkey(&w, user, credential)).await.unwrap();
    }
    w.commit(Change::Factor(Factors::RemoveAll(user.id))).await;
    assert!(w.store.factors_of(user.id).await.unwrap().is_empty());
    assert!(w.store.passkeys_of(user.id).await.unwrap().is_empty());
    assert!(w.store.passkey(b"two".to_vec()).await.unwrap().is_none());
    assert!(w.store.passkey(b"other".to_vec()).await.unwrap().is_some());
    add(&w, &passkey(&w, &other, b"one")).await.expect("the credential is free again");
}

fn begun(w: &World, user: &User, challenge_hash: [u8; 32]) -> Ceremony {
    Ceremony {
        challenge_hash,
        purpose: Purpose::Register,
        tenant: user.tenant,
        user: Some(user.id),
        bound_to: Some([3; 16]),
        planned: Some(Planned { name: "YubiKey 5C".to_owned(), user_handle: [5; 32] }),
        expires_at: w.now().plus(CEREMONY_TTL),
    }
}

async fn ceremony(w: World) {
    let user = somebody(&w).await;
    let whole = begun(&w, &user, [1; 32]);
    write(&w, Passkeys::Begin(Box::new(whole.clone()))).await;
    let found = w.store.ceremony([1; 32]).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{whole:?}"));
    let bare = Ceremony {
        purpose: Purpose::SignIn,
        user: None,
        bound_to: None,
        planned: None,
        ..begun(&w, &user, [2; 32])
    };
    write(&w, Passkeys::Begin(Box::new(bare.clone()))).await;
    assert_eq!(format!("{:?}", w.store.ceremony([2; 32]).await.unwrap().unwrap()), format!("{bare:?}"));
    assert!(w.store.ceremony([4; 32]).await.unwrap().is_none());

    assert!(holds(&w, Guard::CeremonyOpen([1; 32])).await && !holds(&w, Guard::CeremonyOpen([4; 32])).await);
    write(&w, Passkeys::Finish([1; 32])).await;
    assert!(!holds(&w, Guard::CeremonyOpen([1; 32])).await, "used up");
    assert!(w.store.ceremony([1; 32]).await.unwrap().is_none());
    w.clock.advance(CEREMONY_TTL);
    assert!(!holds(&w, Guard::CeremonyOpen([2; 32])).await, "over");
}

async fn swept(w: World) {
    let user = somebody(&w).await;
    write(&w, Passkeys::Begin(Box::new(begun(&w, &user, [1; 32])))).await;
    w.store.sweep().await.unwrap();
    assert!(w.store.ceremony([1; 32]).await.unwrap().is_some());
    w.clock.advance(CEREMONY_TTL.and(Span::seconds(1)));
    w.store.sweep().await.unwrap();
    assert!(w.store.ceremony([1; 32]).await.unwrap().is_none());
}
