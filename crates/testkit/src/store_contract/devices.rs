//! Devices: put, trusted, seen, forgotten.

use super::Case;
use super::world::World;
use authms_core::access::Role;
use authms_core::commit::{Change, CommitError, Guard};
use authms_core::device::{
    Change as To, DEVICES_KEPT, Device, KEPT, SEEN_EVERY, SessionsOn, TRUSTED_FOR, Trust,
};
use authms_core::session::{ByAssurance, Change as Sessions, EndReason, Origin, Session};
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::{self, User};

pub(super) const CASES: &[Case] = &[
    Case { name: "a device reads back, in its user's place and in its session", run: |w| Box::pin(put(w)) },
    Case { name: "a device that is put again is the same with another secret", run: |w| Box::pin(again(w)) },
    Case { name: "trust in a device begins and ends", run: |w| Box::pin(trust(w)) },
    Case { name: "a device is seen at a sign-in, once a day", run: |w| Box::pin(seen(w)) },
    Case {
        name: "the sessions on a device are counted by what became of them",
        run: |w| Box::pin(sessions(w)),
    },
    Case { name: "devices are forgotten one by one and together", run: |w| Box::pin(forget(w)) },
    Case { name: "a user's devices are bounded, and swept when long unseen", run: |w| Box::pin(bounded(w)) },
];

pub(super) struct Home {
    pub tenant: Tenant,
    pub user: User,
    session: Session,
}

pub(super) async fn home(w: &World) -> Home {
    let tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Member).await;
    let session = w.session(&tenant, &user).await;
    Home { tenant, user, session }
}

pub(super) fn new(w: &World, home: &Home) -> Device {
    let fences = w.fences(&home.tenant, &home.user);
    Device {
        id: w.id(),
        tenant: home.tenant.id,
        user: home.user.id,
        secret_hash: w.bytes(),
        name: "Ann's phone".to_owned(),
        fingerprint: Some("sha256:abc".to_owned()),
        origin: Origin { ip: "2001:db8::7".parse().ok(), user_agent: Some("Mozilla/5.0 (🦀)".to_owned()) },
        fences,
        trust: None,
        created_at: w.now(),
        seen_at: w.now(),
    }
}

pub(super) async fn register(w: &World, home: &Home, mut device: Device, trusted: bool) -> Device {
    let put = To::Put { device: Box::new(device.clone()), trusted, session: home.session.id };
    let at = w.commit(Change::Device(put)).await.at;
    (device.created_at, device.seen_at) = (at, at);
    device.trust = trusted.then(|| Trust { since: at, until: at.plus(TRUSTED_FOR) });
    device
}

async fn sessions(w: World) {
    let home = home(&w).await;
    let (one, other) = (register(&w, &home, new(&w, &home), false).await, new(&w, &home));
    let idle = ByAssurance::same(Span::hours(2));
    let on = async |device: &Device| {
        let SessionsOn { total, active, revoked } = w.store.sessions_on(device, w.now(), idle).await.unwrap();
        (total, active, revoked)
    };
    assert_eq!(
        (on(&one).await, on(&other).await),
        ((1, 1, 0), (0, 0, 0)),
        "the one that it was registered in"
    );
    let opened = async || {
        let session = Session { device: Some(one.id), ..w.new_session(&home.tenant, &home.user) };
        w.open(&session).await;
        session.id
    };
    for reason in [EndReason::Logout, EndReason::EndedByAdmin] {
        let end = Sessions::End { id: opened().await, reason };
        w.commit(Change::Session(end)).await;
    }
    opened().await;
    w.session(&home.tenant, &home.user).await;
    assert_eq!(on(&one).await, (4, 2, 1));
    w.clock.advance(Span::hours(3));
    opened().await;
    assert_eq!(on(&one).await, (5, 1, 1), "some are over by time");
    let raised = User { fence: home.user.fence + 1, rev: home.user.rev + 1, ..home.user.clone() };
    w.commit(Change::User(user::Change::Update(Box::new(raised)))).await;
    assert_eq!(on(&one).await, (5, 0, 1), "or since their user was disabled");
}

async fn read(w: &World, device: &Device) -> Option<String> {
    w.store.device(device.id).await.unwrap().map(|found| format!("{found:?}"))
}

async fn put(w: World) {
    let (home, other) = (home(&w).await, home(&w).await);
    let plain = register(&w, &home, new(&w, &home), false).await;
    let bare = Device { fingerprint: None, origin: Origin::default(), ..new(&w, &home) };
    let bare = register(&w, &home, bare, true).await;
    register(&w, &other, new(&w, &other), false).await;
    for device in [&plain, &bare] {
        assert_eq!(read(&w, device).await, Some(format!("{device:?}")));
    }
    let found = w.store.devices_of(home.tenant.id, home.user.id).await.unwrap();
    assert_eq!(format!("{found:?}"), format!("{:?}", [&bare, &plain]), "newest first");
    let session = w.store.session(home.session.id).await.unwrap().unwrap().session;
    assert_eq!(session.device, Some(bare.id));
}

async fn again(w: World) {
    let home = home(&w).await;
    let former = register(&w, &home, new(&w, &home), true).await;
    let renewed = Device { id: former.id, name: "other".to_owned(), ..new(&w, &home) };
    let guard = |hash| vec![Guard::DeviceSecret { id: former.id, hash }];
    let put = |device: &Device| {
        let device = Box::new(device.clone());
        Change::Device(To::Put { device, trusted: false, session: home.session.id })
    };
    w.try_commit(guard(former.secret_hash), put(&renewed)).await.unwrap();
    let found = w.store.devices_of(home.tenant.id, home.user.id).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].secret_hash, found[0].trust), (renewed.secret_hash, None));
    // Whoever read the former secret comes too late, and nobody revives what was forgotten.
    let late = w.try_commit(guard(former.secret_hash), put(&former)).await;
    assert_eq!(late.unwrap_err(), CommitError::Conflict(0));
    w.commit(Change::Device(To::Forget(vec![former.id]))).await;
    let late = w.try_commit(guard(renewed.secret_hash), put(&renewed)).await;
    assert_eq!(late.unwrap_err(), CommitError::Conflict(0));
}

async fn trust(w: World) {
    let home = home(&w).await;
    let device = register(&w, &home, new(&w, &home), false).await;
    w.clock.advance(Span::hours(1));
    let at = w.commit(Change::Device(To::Trust(device.id))).await.at;
    let trust = async || w.store.device(device.id).await.unwrap().unwrap().trust;
    assert_eq!(trust().await, Some(Trust { since: at, until: at.plus(TRUSTED_FOR) }));
    w.commit(Change::Device(To::EndTrust(device.id))).await;
    assert_eq!(trust().await, None);
}

async fn seen(w: World) {
    let home = home(&w).await;
    let device = register(&w, &home, new(&w, &home), false).await;
    let sign_in = async || {
        let mut session = w.new_session(&home.tenant, &home.user);
        session.device = Some(device.id);
        w.open(&session).await.at
    };
    let seen = async || w.store.device(device.id).await.unwrap().unwrap().seen_at;
    sign_in().await;
    assert_eq!(seen().await, device.seen_at, "not yet a day ago");
    w.clock.advance(SEEN_EVERY);
    let at = sign_in().await;
    assert_eq!(seen().await, at);
}

async fn forget(w: World) {
    let (home, other) = (home(&w).await, home(&w).await);
    let mut mine = Vec::new();
    for _ in 0..4 {
        mine.push(register(&w, &home, new(&w, &home), true).await);
    }
    let others = register(&w, &other, new(&w, &other), true).await;
    let left = async || w.store.devices_of(home.tenant.id, home.user.id).await.unwrap().len();
    w.commit(Change::Device(To::Forget(vec![mine[0].id]))).await;
    w.commit(Change::Device(To::Forget(vec![mine[0].id]))).await;
    assert_eq!(left().await, 3);
    let all = |except| Change::Device(To::ForgetAll { tenant: home.tenant.id, user: home.user.id, except });
    w.commit(all(Some(mine[1].id))).await;
    assert_eq!(left().await, 1);
    assert!(read(&w, &mine[1]).await.is_some());
    w.commit(all(None)).await;
    assert_eq!(left().await, 0);
    assert!(read(&w, &others).await.is_some());
}

async fn bounded(w: World) {
    let home = home(&w).await;
    let first = register(&w, &home, new(&w, &home), false).await;
    for _ in 0..DEVICES_KEPT {
        w.clock.advance(Span::seconds(1));
        register(&w, &home, new(&w, &home), false).await;
    }
    let kept = w.store.devices_of(home.tenant.id, home.user.id).await.unwrap();
    assert_eq!(kept.len(), DEVICES_KEPT as usize);
    assert_eq!(read(&w, &first).await, None);
    w.clock.advance(KEPT);
    w.store.sweep().await.unwrap();
    assert!(w.store.devices_of(home.tenant.id, home.user.id).await.unwrap().is_empty());
}
