//! What administrators change reads back as it was written.

use super::{Case, World};
use authms_core::access::{Permission, Role};
use authms_core::client::{Client, ClientStatus};
use authms_core::commit::{Change, Guard, Row};
use authms_core::id::{ClientId, TenantId, UserId};
use authms_core::install::Installation;
use authms_core::key::{ApiKeyStatus, Environment, LastUse, PreviousSecret, Restriction};
use authms_core::on_behalf::{OnBehalfPolicy, Rule};
use authms_core::risk::{RiskConfig, Signal, SignalWeights};
use authms_core::signing_key::{Algorithm, KeyState, Signing, StoredKey};
use authms_core::tenant::{Tenant, TenantStatus};
use authms_core::ticket::{Purpose, TicketPolicy};
use authms_core::time::Span;
use authms_core::user::{Identifier, IdentifierKind, PasswordHash, UserStatus};
use authms_core::{client, install, key, membership, signing_key, tenant, user};

pub(super) const CASES: &[Case] = &[
    Case { name: "the installation reads back", run: |w| Box::pin(installation(w)) },
    Case { name: "signing keys are replaced as a set", run: |w| Box::pin(signing_keys(w)) },
    Case { name: "tenants read back", run: |w| Box::pin(tenants(w)) },
    Case { name: "users read back", run: |w| Box::pin(users(w)) },
    Case { name: "password hashes are set, kept and erased", run: |w| Box::pin(passwords(w)) },
    Case { name: "identifiers are replaced with their user", run: |w| Box::pin(identifiers(w)) },
    Case { name: "memberships read back", run: |w| Box::pin(memberships(w)) },
    Case { name: "clients read back", run: |w| Box::pin(clients(w)) },
    Case { name: "origins are allowed by active clients of active tenants", run: |w| Box::pin(origins(w)) },
    Case { name: "API keys read back", run: |w| Box::pin(keys(w)) },
];

async fn installation(w: World) {
    assert!(w.store.installation().await.unwrap().is_none());
    let new = Installation {
        master_fingerprint: "ab:cd".to_owned(),
        issuer: "https://id.example".to_owned(),
        default_tenant: w.id(),
        created_at: w.now(),
        rev: 1,
    };
    let first = vec![Guard::Rev { row: Row::Installation, rev: 0 }];
    let create = || Change::Installation(install::Change::Create(new.clone()));
    w.try_commit(first.clone(), create()).await.unwrap();
    assert_eq!(w.store.installation().await.unwrap(), Some(new.clone()));
    assert!(w.try_commit(first, create()).await.is_err());
}

async fn signing_keys(w: World) {
    assert_eq!(w.store.signing_keys().await.unwrap(), (Vec::new(), 0));
    let new = Installation {
        master_fingerprint: String::new(),
        issuer: String::new(),
        default_tenant: w.id(),
        created_at: w.now(),
        rev: 1,
    };
    w.commit(Change::Installation(install::Change::Create(new))).await;
    let key = |kid: &str, algorithm, state, age| StoredKey {
        kid: kid.to_owned(),
        algorithm,
        sealed: w.bytes::<48>().to_vec(),
        state,
        published_at: w.now().minus(Span::hours(age)),
        since: w.now().minus(Span::millis(age)),
    };
    let until = w.now().plus(Span::hours(1));
    let set = vec![
        key("z", Algorithm::Es256, KeyState::Retired { until }, 3),
        key("y", Algorithm::EdDsa, KeyState::Active, 2),
        key("x", Algorithm::EdDsa, KeyState::Next { from: Some(until) }, 1),
        key("w", Algorithm::Rs256, KeyState::Next { from: None }, 0),
    ];
    let replace = |set: &[StoredKey]| Change::SigningKeys(signing_key::Change::Replace(set.to_vec()));
    let at = |rev| vec![Guard::Rev { row: Row::Installation, rev }];
    w.try_commit(at(1), replace(&set)).await.unwrap();
    assert_eq!(w.store.signing_keys().await.unwrap(), (set.clone(), 2));
    assert!(w.try_commit(at(1), replace(&[])).await.is_err());
    w.try_commit(at(2), replace(&set[1..2])).await.unwrap();
    assert_eq!(w.store.signing_keys().await.unwrap(), (set[1..2].to_vec(), 3));
}

async fn tenants(w: World) {
    assert!(w.store.default_tenant().await.unwrap().is_none());
    let mut tenant = w.new_tenant();
    tenant.is_default = true;
    w.commit(Change::Tenant(tenant::Change::Create(tenant.clone()))).await;
    w.tenant().await;
    let found = w.store.tenant(tenant.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{tenant:?}"));
    assert_eq!(w.store.default_tenant().await.unwrap().unwrap().id, tenant.id);

    w.clock.advance(Span::seconds(5));
    tenant.name = "Müller & Söhne".to_owned();
    tenant.status = TenantStatus::Disabled;
    tenant.signing = Signing { algorithm: Algorithm::Rs256, former: Some(Algorithm::EdDsa) };
    (tenant.fence, tenant.rev) = (2, 2);
    tenant.risk_config = RiskConfig {
        weights: SignalWeights::default().with(Signal::IpVpn, 0).with(Signal::UnusualTime, 100),
        critical_threshold: 100,
        learning_period_days: 365,
        session_risk_enabled: true,
        ..RiskConfig::default()
    };
    tenant.ticket_policy = TicketPolicy {
        require_client: true,
        require_proof: false,
        forbid_unbound: true,
        default_ttl: Some(Span::seconds(45)),
        max_ttl: None,
    };
    tenant.on_behalf_policy = OnBehalfPolicy {
        rules: vec![Rule {
            actor_roles: vec![Role::Support, Role::Admin],
            actors: vec![w.id()],
            subject_roles: vec![Role::Member],
            clients: vec![w.id()],
            writes: true,
        }],
        opted_out: vec![w.id()],
        require_reference: true,
        require_approval: true,
        require_consent: true,
        break_glass: true,
        several_at_once: true,
        session_ttl: Some(Span::seconds(600)),
        notice_off: Some("told by telephone".to_owned()),
        notice_daily: true,
    };
    let at = w.commit(Change::Tenant(tenant::Change::Update(tenant.clone()))).await.at;
    tenant.updated_at = at;
    let found = w.store.tenant(tenant.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{tenant:?}"));
    assert!(w.store.tenant(w.id::<authms_core::id::TenantKind>()).await.unwrap().is_none());
}

async fn users(w: World) {
    let tenant = w.tenant().await;
    let mut user = w.new_user(&tenant);
    user.email = Some("ann@example.com".to_owned());
    user.phone = Some("+4930123".to_owned());
    user.nickname = Some("Änn 'x' 🦀".to_owned());
    w.create(&user, None, Role::Support).await;
    let found = w.store.member(tenant.id, user.id).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", found.user), format!("{user:?}"));
    assert_eq!((found.role, found.fence), (Role::Support, 7));

    w.clock.advance(Span::seconds(5));
    user.status = UserStatus::Disabled;
    (user.email, user.nickname) = (None, None);
    user.must_change_password = true;
    user.password_compromised_at = Some(w.now());
    user.password_changed_at = Some(w.now());
    (user.fence, user.rev) = (4, 2);
    user.updated_at = w.commit(Change::User(user::Change::Update(Box::new(user.clone())))).await.at;
    let found = w.store.member(tenant.id, user.id).await.unwrap().unwrap();
    assert_eq!(format!("{:?}", found.user), format!("{user:?}"));
    let other: TenantId = w.id();
    assert!(w.store.member(other, user.id).await.unwrap().is_none());
    let other: UserId = w.id();
    assert!(w.store.member(tenant.id, other).await.unwrap().is_none());
}

async fn passwords(w: World) {
    let tenant = w.tenant().await;
    let mut user = w.new_user(&tenant);
    let first = PasswordHash::new("$argon2id$first".to_owned());
    w.create(&user, Some(first.clone()), Role::Member).await;
    let has = || async { w.store.member(tenant.id, user.id).await.unwrap().unwrap().user.has_password };
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), Some(first.clone()));
    assert!(has().await);

    w.commit(Change::User(user::Change::Update(Box::new(user.clone())))).await;
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), Some(first));

    let second = PasswordHash::new("$argon2id$second".to_owned());
    let set = |password| {
        let user = Box::new(user.clone());
        Change::User(user::Change::SetPassword { user, password, keep_former: 0 })
    };
    w.commit(set(Some(second.clone()))).await;
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), Some(second));
    w.commit(set(None)).await;
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), None);
    assert!(!has().await);

    user.id = w.id();
    assert_eq!(w.store.password_hash(user.id).await.unwrap(), None);
}

async fn identifiers(w: World) {
    let tenant = w.tenant().await;
    let mut user = w.new_user(&tenant);
    user.username = Some("ann".to_owned());
    w.create(&user, None, Role::Member).await;
    let named = |name: &str| vec![Identifier::new(IdentifierKind::Username, name)];
    let found = |name| {
        let names = named(name);
        async { w.store.for_login(tenant.id, names).await.unwrap().map(|(s, _)| s.user.id) }
    };
    assert_eq!(found("ann").await, Some(user.id));
    user.username = Some("eve".to_owned());
    w.commit(Change::User(user::Change::Update(Box::new(user.clone())))).await;
    assert_eq!(found("ann").await, None);
    assert_eq!(found("eve").await, Some(user.id));

    let mut heir = w.new_user(&tenant);
    heir.username = Some("ann".to_owned());
    w.create(&heir, None, Role::Member).await;
    assert_eq!(found("ann").await, Some(heir.id));

    user.status = UserStatus::Deleted;
    user.username = None;
    w.commit(Change::User(user::Change::Update(Box::new(user.clone())))).await;
    assert_eq!(found("eve").await, None);
    assert_eq!(w.store.member(tenant.id, user.id).await.unwrap().unwrap().user.status, UserStatus::Deleted);
}

async fn memberships(w: World) {
    let (home, other) = (w.tenant().await, w.tenant().await);
    let user = w.user(&home, Role::Admin).await;
    let mut second = w.new_membership(other.id, &user, Role::Member);
    second.joined_at = w.now().plus(Span::seconds(1));
    let put = |m: &_| Change::Membership(membership::Change::Put(Clone::clone(m)));
    w.commit(put(&second)).await;
    let of = || async {
        let all = w.store.memberships_of(user.id).await.unwrap();
        all.into_iter().map(|(m, t)| (m.role, t.id)).collect::<Vec<_>>()
    };
    assert_eq!(of().await, [(Role::Admin, home.id), (Role::Member, other.id)]);
    let joined_at = second.joined_at;
    second.role = Role::Support;
    second.joined_at = w.now().plus(Span::hours(5));
    (second.fence, second.rev) = (8, 2);
    w.commit(put(&second)).await;
    assert_eq!(of().await, [(Role::Admin, home.id), (Role::Support, other.id)]);

    second.removed = true;
    (second.fence, second.rev) = (9, 3);
    w.commit(put(&second)).await;
    assert_eq!(of().await, [(Role::Admin, home.id)]);
    assert!(w.store.member(other.id, user.id).await.unwrap().is_none());
    let kept = w.store.membership(other.id, user.id).await.unwrap().unwrap();
    second.joined_at = joined_at;
    assert_eq!(format!("{kept:?}"), format!("{second:?}"));
    let nobody: UserId = w.id();
    assert!(w.store.membership(other.id, nobody).await.unwrap().is_none());
}

async fn clients(w: World) {
    let tenant = w.tenant().await;
    let mut client = w.client(&tenant).await;
    let found = w.store.client(client.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{client:?}"));

    w.clock.advance(Span::seconds(5));
    client.name = "renamed".to_owned();
    client.secret_hash = w.bytes();
    client.secret_last_four = "abcd".to_owned();
    client.purposes = vec![Purpose::Sso];
    client.may_send_context = true;
    client.redirect_uris = Vec::new();
    client.allowed_origins = vec!["https://b.example".to_owned(), "https://a.example:8443".to_owned()];
    client.status = ClientStatus::Disabled;
    (client.fence, client.rev) = (12, 2);
    client.updated_at = w.commit(Change::Client(client::Change::Update(Box::new(client.clone())))).await.at;
    let found = w.store.client(client.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{client:?}"));

    w.commit(Change::Client(client::Change::Delete(client.id))).await;
    assert!(w.store.client(client.id).await.unwrap().is_none());
    let nobody: ClientId = w.id();
    assert!(w.store.client(nobody).await.unwrap().is_none());
}

async fn origins(w: World) {
    let (mut tenant, other) = (w.tenant().await, w.tenant().await);
    let mut client = w.client(&tenant).await;
    let also = w.client(&other).await;
    let (mine, shared) = ("https://mine.example", "https://shared.example");
    let allows = async |origin: &str, tenant: Option<&Tenant>| {
        w.store.allows_origin(origin.to_owned(), tenant.map(|t| t.id)).await.unwrap()
    };
    let set = async |client: &mut Client, origins: &[&str]| {
        client.allowed_origins = origins.iter().map(|o| (*o).to_owned()).collect();
        client.rev += 1;
        w.commit(Change::Client(client::Change::Update(Box::new(client.clone())))).await;
    };
    assert!(!allows(mine, None).await);
    set(&mut client, &[mine, shared]).await;
    set(&mut also.clone(), &[shared]).await;
    assert!(allows(mine, None).await && allows(mine, Some(&tenant)).await);
    assert!(!allows(mine, Some(&other)).await, "another tenant's");
    assert!(allows(shared, Some(&tenant)).await && allows(shared, Some(&other)).await);
    for near in ["https://mine.exampl", "https://mine.example:8443", "https://MINE.example", "null", ""] {
        assert!(!allows(near, None).await, "{near}");
    }

    set(&mut client, &[shared]).await;
    assert!(!allows(mine, None).await, "no longer named");
    client.status = ClientStatus::Disabled;
    set(&mut client, &[mine, shared]).await;
    assert!(!allows(mine, None).await && !allows(shared, Some(&tenant)).await, "disabled");
    assert!(allows(shared, None).await, "the other's");
    client.status = ClientStatus::Active;
    set(&mut client, &[mine]).await;
    tenant.status = TenantStatus::Disabled;
    w.commit(Change::Tenant(tenant::Change::Update(tenant))).await;
    assert!(!allows(mine, None).await, "its tenant is disabled");
    w.commit(Change::Client(client::Change::Delete(also.id))).await;
    assert!(!allows(shared, None).await, "deleted");
}

async fn keys(w: World) {
    let mut tenant = w.tenant().await;
    let user = w.user(&tenant, Role::Admin).await;
    let mut key = w.new_key(&tenant);
    key.created_by = Some(user.id);
    key.expires_at = Some(w.now().plus(Span::hours(1)));
    key.clients = vec![w.id(), w.id()];
    let network = |text: &str, label: Option<&str>| Restriction {
        id: w.id(),
        network: text.parse().unwrap(),
        label: label.map(str::to_owned),
    };
    key.networks = vec![network("10.0.0.0/8", Some("\"Köln\", [x]")), network("2001:db8::1/128", None)];
    key.last_use = Some(LastUse { at: w.now(), ip: "2001:db8::1".parse().ok() });
    w.commit(Change::ApiKey(key::Change::Create(Box::new(key.clone())))).await;
    let (found, active) = w.store.api_key(key.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{key:?}"));
    assert!(active);

    w.clock.advance(Span::seconds(5));
    key.name = "renamed".to_owned();
    key.previous_secret = Some(PreviousSecret { hash: key.secret_hash, expires_at: w.now() });
    key.secret_hash = w.bytes();
    key.networks.pop();
    key.clients.clear();
    key.scopes = vec![Permission::KeyRead];
    key.rank = Role::SuperAdmin;
    key.environment = Environment::Test;
    key.status = ApiKeyStatus::Inactive;
    key.expires_at = None;
    (key.fence, key.rev) = (14, 2);
    key.updated_at = w.commit(Change::ApiKey(key::Change::Update(Box::new(key.clone())))).await.at;
    let (found, _) = w.store.api_key(key.id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{key:?}"));

    tenant.status = TenantStatus::Disabled;
    w.commit(Change::Tenant(tenant::Change::Update(tenant))).await;
    assert!(!w.store.api_key(key.id).await.unwrap().unwrap().1);
    w.commit(Change::ApiKey(key::Change::Delete(key.id))).await;
    assert!(w.store.api_key(key.id).await.unwrap().is_none());
}
