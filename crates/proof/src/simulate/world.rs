//! Who lives in a run: an administrator, a system that mints, and a few people.

use super::stage::Stage;
use crate::rng::Rng;
use authms_core::access::{Permission, Role};
use authms_core::audit::{Event, EventName, Source};
use authms_core::commit::{Change, Commit, Guard, Row};
use authms_core::factor::{self, Factor, FactorKind, TotpSecret};
use authms_core::id::{FactorId, TenantId, UserId};
use authms_core::key::{self, CreateKey};
use authms_core::membership::{self, Membership};
use authms_core::mfa::MfaPolicy;
use authms_core::parts::{Parts, Policy, Secrets};
use authms_core::ports::{Fut, Overloaded, Passwords, Verdict};
use authms_core::risk::{RiskConfig, Signal};
use authms_core::signing_key::Keys;
use authms_core::tenant::{self, Tenant};
use authms_core::user::{self, PasswordHash, User, UserStatus};
use authms_core::{access::Caller, install, password::Estimate};
use authms_crypto::{MasterKey, Secret, SecretString};
use authms_testkit::passwords::TestPasswords;
use authms_testkit::places::SmallWorld;
use authms_testkit::rng::SeededRng;
use authms_testkit::{FaultyStore, Setup};
use std::sync::{Arc, LazyLock};

use super::wait::Yield;

/// Everybody's password.
pub(super) const PASSWORD: &str = "correct horse battery staple";

const MASTER: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// Made once: what is hashed is not what is simulated.
static HASH: LazyLock<PasswordHash> = LazyLock::new(|| {
    let hashed =
        super::players::finish(TestPasswords::default().hash(SecretString::new(PASSWORD.to_owned())));
    hashed.expect("nobody else hashes")
});

/// Somebody.
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) name: String,
    /// Their authenticator app, if sign-ins ask for one.
    pub(super) app: Option<TotpSecret>,
}

/// The installation of a run.
pub(super) struct World {
    pub(super) parts: Parts,
    pub(super) tenant: TenantId,
    pub(super) admin: UserId,
    pub(super) people: Vec<Person>,
    /// The raw key of the system that mints.
    pub(super) key: String,
}

/// The operator's decisions.
pub(super) fn policy() -> Policy {
    Setup::default().policy
}

/// The parts that use cases work with, on this stage.
pub(super) fn parts(stage: &Arc<Stage>, seed: u64) -> Parts {
    let master = MasterKey::parse(MASTER).expect("a master key");
    Parts {
        store: Arc::new(FaultyStore::directed(Arc::clone(&stage.store), stage.clone())),
        clock: Arc::new(stage.clock.clone()),
        rng: Arc::new(SeededRng::new(seed)),
        passwords: Arc::new(SlowPasswords(TestPasswords::default())),
        mailer: None,
        messenger: None,
        poster: None,
        places: Arc::new(SmallWorld),
        agents: Arc::new(SmallWorld),
        keys: Arc::new(Keys::new(&master)),
        secrets: Arc::new(Secrets::derive(&master)),
        key_uses: Arc::default(),
        velocity: Arc::default(),
        policy: Arc::new(policy()),
    }
}

impl World {
    /// A new installation. In some runs every sign-in asks for a second factor.
    pub(super) async fn create(parts: Parts, rng: &mut Rng) -> Self {
        let fingerprint = MasterKey::parse(MASTER).expect("a master key").fingerprint();
        let installed = install::ensure(&parts, &fingerprint).await.expect("installs");
        let tenant = installed.installation.default_tenant;
        let admin = parts.store.first_with_role(tenant, Role::SuperAdmin).await.expect("reads");
        let asks = rng.chance(50);
        let mut world = Self {
            parts,
            tenant,
            admin: admin.expect("made").user.id,
            people: Vec::new(),
            key: String::new(),
        };
        world.configure(asks).await;
        for number in 0..rng.between(1, 3) {
            world.add_person(format!("user{number}"), asks).await;
        }
        let ask = CreateKey {
            name: "backend".to_owned(),
            scopes: vec![Permission::TicketMint],
            rank: Some(Role::Member),
            ..CreateKey::default()
        };
        let console = Caller::Console(tenant);
        let made = key::create(&world.parts, &console, ask, &Source::default()).await.expect("creates a key");
        world.key = made.raw.expose().to_owned();
        world
    }

    /// Risk is left out: it would answer failures, which are none of anybody's fault here, with questions.
    async fn configure(&self, asks: bool) {
        let found = self.parts.store.tenant(self.tenant).await.expect("reads").expect("a tenant");
        let silent =
            Signal::ALL.into_iter().fold(RiskConfig::default().weights, |weights, s| weights.with(s, 0));
        let rev = found.rev;
        let changed = Tenant {
            mfa_policy: MfaPolicy { always: asks, ..MfaPolicy::default() },
            risk_config: RiskConfig { weights: silent, ..RiskConfig::default() },
            rev: rev + 1,
            ..found
        };
        let commit = self
            .told(EventName::TenantUpdated)
            .guard(Guard::Rev { row: Row::Tenant(self.tenant), rev })
            .change(Change::Tenant(tenant::Change::Update(changed)));
        self.parts.store.commit(commit).await.expect("changes the tenant");
    }

    async fn add_person(&mut self, name: String, asks: bool) {
        let (parts, now) = (&self.parts, self.parts.now());
        let id = UserId::generate(now, &*parts.rng);
        let user = User {
            id,
            tenant: self.tenant,
            status: UserStatus::Active,
            username: Some(name.clone()),
            email: None,
            phone: None,
            external_id: None,
            email_verified_at: None,
            phone_verified_at: None,
            language: None,
            nickname: None,
            has_password: true,
            must_change_password: false,
            password_changed_at: Some(now),
            password_compromised_at: None,
            fence: 0,
            rev: 1,
            created_at: now,
            updated_at: now,
        };
        let membership = Membership {
            tenant: self.tenant,
            user: id,
            role: Role::Member,
            fence: 0,
            rev: 1,
            removed: false,
            joined_at: now,
        };
        let create = user::Change::Create { user: Box::new(user), password: Some(HASH.clone()) };
        let app = asks.then(|| TotpSecret::generate(parts));
        let factor =
            app.as_ref().map(|app| Change::Factor(factor::Change::Add(Box::new(self.factor(id, app)))));
        let commit = self
            .told(EventName::UserCreated)
            .change(Change::User(create))
            .change(Change::Membership(membership::Change::Put(membership)))
            .with(factor);
        parts.store.commit(commit).await.expect("creates a user");
        self.people.push(Person { id, name, app });
    }

    fn factor(&self, user: UserId, app: &TotpSecret) -> Factor {
        let (parts, now) = (&self.parts, self.parts.now());
        let id = FactorId::generate(now, &*parts.rng);
        Factor {
            id,
            user,
            kind: FactorKind::Totp,
            name: "phone".to_owned(),
            address: None,
            sealed: Some(app.sealed(parts, id)),
            verified_at: Some(now),
            enabled: true,
            primary: true,
            failures: 0,
            last_step: None,
            last_used_at: None,
            created_at: now,
            set_password: false,
        }
    }

    fn told(&self, name: EventName) -> Commit {
        let event = Event::new(name, Some(self.tenant)).by_console();
        Commit::new(event.into_row(self.parts.now(), &*self.parts.rng))
    }
}

/// Hashing takes a while, in which others act.
struct SlowPasswords(TestPasswords);

impl Passwords for SlowPasswords {
    fn hash(&self, password: SecretString) -> Fut<'_, Result<PasswordHash, Overloaded>> {
        Box::pin(async move {
            Yield::default().await;
            self.0.hash(password).await
        })
    }

    fn estimate(&self, password: SecretString, words: Vec<String>) -> Fut<'_, Result<Estimate, Overloaded>> {
        self.0.estimate(password, words)
    }

    fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
    ) -> Fut<'_, Result<Verdict, Overloaded>> {
        Box::pin(async move {
            Yield::default().await;
            self.0.verify(password, hash).await
        })
    }

    fn stretch(&self, secret: Secret<32>, salt: [u8; 16]) -> Fut<'_, Result<[u8; 32], Overloaded>> {
        self.0.stretch(secret, salt)
    }
}
