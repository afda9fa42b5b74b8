//! A store with a clock and short words to fill it with.

use crate::clock::FakeClock;
use crate::rng::SeededRng;
use authms_core::access::{Permission, Role};
use authms_core::audit::{AuditRow, Event, EventName};
use authms_core::client::{Client, ClientStatus};
use authms_core::commit::{Change, Commit, CommitError, Committed, Guard};
use authms_core::id::{Id, Kind, SessionId, TicketId};
use authms_core::key::{ApiKey, ApiKeyStatus, Environment};
use authms_core::membership::Membership;
use authms_core::mfa::MfaPolicy;
use authms_core::on_behalf::{OnBehalfPolicy, Terms};
use authms_core::password::PasswordPolicy;
use authms_core::ports::{Clock, Fut, Store, random};
use authms_core::risk::RiskConfig;
use authms_core::session::{NewSession, Origin, Session};
use authms_core::signin::{Fences, MethodKind};
use authms_core::signing_key::Signing;
use authms_core::tenant::{Tenant, TenantStatus};
use authms_core::ticket::{Minter, NewTicket, Purpose, Replay, Ticket, TicketPolicy, TicketState};
use authms_core::time::{Span, Timestamp};
use authms_core::user::{PasswordHash, User, UserStatus};
use authms_core::{client, key, membership, session, tenant, ticket, user};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// An empty database of some engine, and how to open it.
pub trait Database: Send + Sync + 'static {
    /// Opens it; once all that opened it before is dropped, this is a restart.
    fn open(&self, clock: Arc<dyn Clock>) -> Fut<'_, Arc<dyn Store>>;
}

/// The number of failed attempts that kills a ticket in these tests.
pub(super) const ATTEMPTS: u8 = 5;

/// How long a ticket lives in these tests.
pub(super) const TTL: Span = Span::seconds(60);

/// How long a session lives in these tests.
pub(super) const SESSION_TTL: Span = Span::hours(24);

/// A store with all that a case needs.
pub struct World {
    /// The store under test.
    pub store: Arc<dyn Store>,
    /// Its clock.
    pub clock: FakeClock,
    rng: SeededRng,
    database: Arc<dyn Database>,
    names: AtomicU32,
}

impl World {
    /// Opens a database.
    pub async fn new(database: Arc<dyn Database>) -> Self {
        let clock = FakeClock::default();
        let store = database.open(Arc::new(clock.clone())).await;
        Self { store, clock, rng: SeededRng::new(1), database, names: AtomicU32::new(0) }
    }

    /// Another node over the same database.
    pub(super) async fn beside(&self) -> Self {
        let (clock, database) = (self.clock.clone(), Arc::clone(&self.database));
        let store = database.open(Arc::new(clock.clone())).await;
        Self { store, clock, rng: SeededRng::new(2), database, names: AtomicU32::new(0) }
    }

    /// The same database after a restart, with the clock at this time.
    pub(super) async fn restarted_at(self, now: Timestamp) -> Self {
        let Self { store, clock, rng, database, names } = self;
        drop(store);
        clock.set(now);
        let store = database.open(Arc::new(clock.clone())).await;
        Self { store, clock, rng, database, names }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new identifier; ones of the same millisecond follow each other too.
    pub(super) fn id<K: Kind>(&self) -> Id<K> {
        self.clock.advance(Span::millis(1));
        Id::generate(self.now(), &self.rng)
    }

    pub(super) fn bytes<const N: usize>(&self) -> [u8; N] {
        random(&self.rng)
    }

    fn name(&self, what: &str) -> String {
        format!("{what}{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn audit(&self) -> AuditRow {
        Event::new(EventName::UserUpdated, None).into_row(self.now(), &self.rng)
    }

    /// Commits one change under guards.
    pub(super) async fn try_commit(
        &self,
        guards: Vec<Guard>,
        change: Change,
    ) -> Result<Committed, CommitError> {
        let commit = guards.into_iter().fold(Commit::new(self.audit()), Commit::guard);
        self.store.commit(commit.change(change)).await
    }

    /// Commits one change.
    pub(super) async fn commit(&self, change: Change) -> Committed {
        self.try_commit(Vec::new(), change).await.expect("the change commits")
    }

    pub(super) fn new_tenant(&self) -> Tenant {
        let now = self.now();
        Tenant {
            id: self.id(),
            name: self.name("tenant"),
            status: TenantStatus::Active,
            is_default: false,
            signing: Signing::DEFAULT,
            ticket_policy: TicketPolicy::default(),
            on_behalf_policy: OnBehalfPolicy::default(),
            audit_retention: None,
            mfa_policy: MfaPolicy::default(),
            password_policy: PasswordPolicy::default(),
            risk_config: RiskConfig::default(),
            fence: 1,
            rev: 1,
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn tenant(&self) -> Tenant {
        let new = self.new_tenant();
        self.commit(Change::Tenant(tenant::Change::Create(new.clone()))).await;
        new
    }

    pub(super) fn new_user(&self, home: &Tenant) -> User {
        let now = self.now();
        User {
            id: self.id(),
            tenant: home.id,
            status: UserStatus::Active,
            username: Some(self.name("user")),
            email: None,
            phone: None,
            external_id: None,
            email_verified_at: None,
            phone_verified_at: None,
            language: None,
            nickname: None,
            has_password: false,
            must_change_password: false,
            password_changed_at: None,
            password_compromised_at: None,
            fence: 3,
            rev: 1,
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn create(&self, new: &User, password: Option<PasswordHash>, role: Role) {
        let create = user::Change::Create { user: Box::new(new.clone()), password };
        let membership = self.new_membership(new.tenant, new, role);
        let commit = Commit::new(self.audit())
            .change(Change::User(create))
            .change(Change::Membership(membership::Change::Put(membership)));
        self.store.commit(commit).await.expect("the user is created");
    }

    pub(super) fn new_membership(
        &self,
        tenant: authms_core::id::TenantId,
        user: &User,
        role: Role,
    ) -> Membership {
        Membership { tenant, user: user.id, role, fence: 7, rev: 1, removed: false, joined_at: self.now() }
    }

    pub(super) async fn user(&self, home: &Tenant, role: Role) -> User {
        let new = self.new_user(home);
        self.create(&new, None, role).await;
        new
    }

    pub(super) fn new_client(&self, tenant: &Tenant) -> Client {
        let now = self.now();
        Client {
            id: self.id(),
            tenant: tenant.id,
            name: self.name("client"),
            secret_hash: self.bytes(),
            secret_last_four: "wxyz".to_owned(),
            purposes: vec![Purpose::Sso, Purpose::OnBehalf],
            redirect_uris: vec!["https://app.example/cb?x=\"1\"".to_owned(), "app:/cb".to_owned()],
            allowed_origins: Vec::new(),
            may_send_context: false,
            status: ClientStatus::Active,
            fence: 11,
            rev: 1,
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn client(&self, tenant: &Tenant) -> Client {
        let new = self.new_client(tenant);
        self.commit(Change::Client(client::Change::Create(Box::new(new.clone())))).await;
        new
    }

    pub(super) fn new_key(&self, tenant: &Tenant) -> ApiKey {
        let now = self.now();
        ApiKey {
            id: self.id(),
            tenant: tenant.id,
            name: self.name("key"),
            created_by: None,
            secret_hash: self.bytes(),
            previous_secret: None,
            networks: Vec::new(),
            clients: Vec::new(),
            scopes: vec![Permission::TicketMint, Permission::UserRead],
            rank: Role::Support,
            environment: Environment::Live,
            status: ApiKeyStatus::Active,
            expires_at: None,
            fence: 13,
            rev: 1,
            created_at: now,
            updated_at: now,
            last_use: None,
        }
    }

    pub(super) async fn key(&self, tenant: &Tenant) -> ApiKey {
        let new = self.new_key(tenant);
        self.commit(Change::ApiKey(key::Change::Create(Box::new(new.clone())))).await;
        new
    }

    /// The fences of a user in their home tenant, as [`Self::user`] makes them.
    pub(super) fn fences(&self, tenant: &Tenant, user: &User) -> Fences {
        Fences {
            user: Some(user.fence),
            tenant: Some(tenant.fence),
            membership: Some(7),
            ..Fences::default()
        }
    }

    pub(super) fn new_ticket(&self, tenant: &Tenant, subject: &User, minter: Minter) -> Ticket {
        Ticket {
            id: self.id(),
            tenant: tenant.id,
            subject: subject.id,
            purpose: Purpose::Sso,
            minter,
            secret_hash: self.bytes(),
            client: None,
            proof: None,
            network: None,
            redirect_uri: None,
            context_hash: None,
            reason: None,
            subject_auth_time: None,
            terms: Terms::default(),
            subject_amr: Vec::new(),
            minted_ip: None,
            fences: self.fences(tenant, subject),
            created_at: self.now(),
            expires_at: self.now(),
            state: TicketState::Issued,
            attempts: 0,
            replays: 0,
        }
    }

    pub(super) async fn mint(&self, ticket: &Ticket) -> Committed {
        let new = NewTicket { ticket: ticket.clone(), ttl: TTL, idempotency: None };
        self.commit(Change::Ticket(ticket::Change::Mint(Box::new(new)))).await
    }

    /// A ticket of the command line.
    pub(super) async fn ticket(&self, tenant: &Tenant, subject: &User) -> Ticket {
        let new = self.new_ticket(tenant, subject, Minter::Console);
        self.mint(&new).await;
        new
    }

    pub(super) fn live(id: TicketId) -> Guard {
        Guard::TicketLive { id, attempts_below: ATTEMPTS }
    }

    /// A redemption, as the use case commits it.
    pub(super) fn redemption(&self, ticket: &Ticket, session: &Session, replay: Option<Replay>) -> Commit {
        let new = NewSession { session: session.clone(), ttl: SESSION_TTL, teaches: true };
        let spend = ticket::Change::Spend { id: ticket.id, session: session.id, replay };
        Commit::new(self.audit())
            .guard(Self::live(ticket.id))
            .change(Change::Ticket(spend))
            .change(Change::Session(session::Change::Open(Box::new(new))))
    }

    pub(super) fn new_replay(&self) -> Replay {
        Replay { key_hash: self.bytes(), salt: self.bytes(), jti: self.id(), window: Span::seconds(60) }
    }

    pub(super) fn new_session(&self, tenant: &Tenant, user: &User) -> Session {
        let now = self.now();
        Session {
            id: self.id(),
            tenant: tenant.id,
            user: user.id,
            client: None,
            method: MethodKind::Password,
            ticket: None,
            minted_by: None,
            acting: None,
            fences: self.fences(tenant, user),
            auth_time: Some(now),
            amr: vec!["pwd".to_owned()],
            origin: Origin::default(),
            risk: None,
            device: None,
            created_at: now,
            expires_at: now,
            refreshed_at: now,
            ended: None,
            flagged_at: None,
            generation: 0,
            refresh_hash: Some(self.bytes()),
            proven: None,
        }
    }

    pub(super) async fn open(&self, session: &Session) -> Committed {
        let new = NewSession { session: session.clone(), ttl: SESSION_TTL, teaches: true };
        self.commit(Change::Session(session::Change::Open(Box::new(new)))).await
    }

    pub(super) async fn session(&self, tenant: &Tenant, user: &User) -> Session {
        let new = self.new_session(tenant, user);
        self.open(&new).await;
        new
    }

    pub(super) fn rotation(&self, session: SessionId, from: u32) -> (Guard, Change) {
        let change = session::Change::Rotate {
            id: session,
            refresh_hash: self.bytes(),
            generation: from + 1,
            salt: self.bytes(),
            jti: self.id(),
        };
        (Guard::FamilyHead { session, generation: from }, Change::Session(change))
    }
}
