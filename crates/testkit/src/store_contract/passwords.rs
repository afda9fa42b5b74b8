//! Passwords, those that were, and what is asked of them.

use super::{Case, World};
use authms_core::access::Role;
use authms_core::commit::Change;
use authms_core::password::{Composition, PasswordPolicy};
use authms_core::time::Span;
use authms_core::user::{PasswordHash, User};
use authms_core::{tenant, user};

pub(super) const CASES: &[Case] = &[
    Case { name: "former passwords are kept, as many as asked for", run: |w| Box::pin(former(w)) },
    Case { name: "password policies and their words read back", run: |w| Box::pin(policies(w)) },
];

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
