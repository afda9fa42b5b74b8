//! Passwords, those that were, and what is asked of them.

use super::{Case, World};
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::membership::{self, Membership};
use authms_core::password::{Census, Composition, PasswordPolicy};
use authms_core::tenant::Tenant;
use authms_core::time::Span;
use authms_core::user::{PasswordHash, User, UserStatus};
use authms_core::{tenant, user};
use authms_crypto::HashKind;

pub(super) const CASES: &[Case] = &[
    Case { name: "former passwords are kept, as many as asked for", run: |w| Box::pin(former(w)) },
    Case { name: "the passwords of a tenant's own users are counted", run: |w| Box::pin(census(w)) },
    Case { name: "password policies and their words read back", run: |w| Box::pin(policies(w)) },
];

async fn census(w: World) {
    let (tenant, other) = (w.tenant().await, w.tenant().await);
    let create = async |home: &Tenant, change: fn(User) -> User, hash: Option<&str>| {
        let new = change(User { has_password: hash.is_some(), ..w.new_user(home) });
        w.create(&new, hash.map(|text| PasswordHash::new(text.to_owned())), Role::Member).await;
        new
    };
    let ours = "$pepper$0$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA";
    create(&tenant, |user| user, None).await;
    create(&tenant, |user| user, Some(ours)).await;
    create(&tenant, |user| User { must_change_password: true, ..user }, Some(ours)).await;
    create(&tenant, |user| User { status: UserStatus::Disabled, ..user }, Some("$2b$12$abc")).await;
    create(&tenant, |user| User { status: UserStatus::Deleted, ..user }, None).await;
    let guest = create(&other, |user| user, Some(ours)).await;
    w.commit(Change::Membership(membership::Change::Put(w.new_membership(tenant.id, &guest, Role::Member))))
        .await;
    let gone = create(&tenant, |user| user, Some(ours)).await;
    let removed = Membership { removed: true, rev: 2, ..w.new_membership(tenant.id, &gone, Role::Member) };
    w.commit(Change::Membership(membership::Change::Put(removed))).await;

    let nobody = Census::new(PasswordPolicy::default(), w.now());
    let found = w.store.password_census(tenant.id, nobody.clone()).await.unwrap();
    assert_eq!((found.users, found.without, found.ok, found.must_change), (4, 1, 2, 1));
    assert_eq!(found.imported, 1);
    assert_eq!(found.kinds.into_iter().collect::<Vec<_>>(), [(HashKind::Argon2id, 2), (HashKind::Bcrypt, 1)]);
    assert_eq!(w.store.password_census(w.id(), nobody.clone()).await.unwrap(), nobody);
}

async fn former(w: World) {
    let tenant = w.tenant().await;
    let mut user = w.new_user(&tenant);
    let hash = |n: u64| PasswordHash::new(format!("$argon2id${n}"));
    w.create(&user, Some(hash(0)), Role::Member).await;
    let former = async |at_most| w.store.former_passwords(user.id, at_most).await.unwrap();
    let set = |rev, password: Option<PasswordHash>, keep_former| {
        let user = Box::new(User { rev, ..user.clone() });
        Change::User(user::Change::SetPassword { user, password, keep_former })
    };
    for n in 1..=3 {
        w.commit(set(n + 1, Some(hash(n)), 2)).await;
    }
    assert_eq!(former(24).await, [hash(2), hash(1)], "newest first, and no more than are kept");
    assert_eq!(former(1).await, [hash(2)]);
    w.commit(set(5, Some(hash(4)), 1)).await;
    assert_eq!(former(24).await, [hash(3)], "fewer are kept from now on");
    w.commit(set(6, None, 0)).await;
    assert_eq!(former(24).await, []);
    w.commit(set(7, Some(hash(5)), 3)).await;
    assert_eq!(former(24).await, [], "there was none to keep");
    user.id = w.id();
    assert_eq!(w.store.former_passwords(user.id, 24).await.unwrap(), []);
}

async fn policies(w: World) {
    let tenant = w.tenant().await;
    let read = async || w.store.tenant(tenant.id).await.unwrap().unwrap().password_policy;
    assert_eq!(read().await, PasswordPolicy::default());
    let policy = PasswordPolicy {
        min_length: Some(9),
        min_length_mfa: 10,
        max_length: 99,
        require: Composition { letter: true, lower: false, upper: true, digit: false, special: true },
        min_score: 1,
        blocklist: false,
        history: 7,
        cooldown: Span::seconds(120),
        expiry_days: 30,
        warning_days: 5,
        grace_days: 3,
        force_change_on_first_login: true,
    };
    let changed = tenant::Tenant { password_policy: policy, rev: tenant.rev + 1, ..tenant.clone() };
    w.commit(Change::Tenant(tenant::Change::Update(changed))).await;
    assert_eq!(read().await, policy);

    for list in [vec!["acme", "wolpertinger"], vec!["other"], vec![]] {
        let words: Vec<String> = list.into_iter().map(str::to_owned).collect();
        let set = tenant::Change::SetPasswordWords { id: tenant.id, words: words.clone() };
        w.commit(Change::Tenant(set)).await;
        assert_eq!(w.store.password_words(tenant.id).await.unwrap(), words);
        assert!(w.store.password_words(w.id()).await.unwrap().is_empty(), "another tenant has its own");
    }
}
