//! People and systems of any tenant, made at the console.

use crate::{Arrived, TestApp, Tokens};
use authms_core::access::{Caller, Permission, Person, Role};
use authms_core::audit::{Event, EventName, Source};
use authms_core::client::{self, CreateClient, Created};
use authms_core::commit::{self, Commit};
use authms_core::id::{ActRequestId, SessionId, TenantId, UserId};
use authms_core::invitation::{self, Invite};
use authms_core::key::{self, CreateKey, CreatedKey};
use authms_core::on_behalf::{self, ActRequest, Terms};
use authms_core::recovery;
use authms_core::risk::{self, Country, Level, Observation, RiskEvent, RiskOutcome, Signal};
use authms_core::signin::{self, MethodKind};
use authms_core::tenant;
use authms_core::ticket::{self, Mint, Purpose};
use authms_core::time::Timestamp;
use authms_core::user::{self, CreateUser, User};
use authms_crypto::{SecretString, sha256};

/// One tenant of a test application.
pub struct Population<'a> {
    app: &'a TestApp,
    /// The tenant.
    pub tenant: TenantId,
}

impl TestApp {
    /// The default tenant.
    pub const fn home(&self) -> Population<'_> {
        self.within(self.tenant)
    }

    /// Another tenant.
    pub const fn within(&self, tenant: TenantId) -> Population<'_> {
        Population { app: self, tenant }
    }

    /// A new tenant beside the default one.
    pub async fn another_tenant(&self, name: &str) -> Population<'_> {
        let founder = Caller::Person(Person {
            tenant: self.tenant,
            user: self.admin,
            session: SessionId::from_bytes([0; 16]),
            role: Role::SuperAdmin,
            acting: None,
            client: None,
        });
        let made = tenant::create(&self.parts, &founder, name, &Source::default()).await;
        self.within(made.expect("creates a tenant").id)
    }

    /// Changes whenever anything is written to the store.
    pub fn written(&self) -> [[u8; 32]; 2] {
        if let Some(database) = self.server() {
            return [self.contents(database); 2];
        }
        ["", "-wal"].map(|suffix| {
            let mut path = self.database().into_os_string();
            path.push(suffix);
            sha256(&std::fs::read(path).unwrap_or_default())
        })
    }
}

impl Population<'_> {
    /// The application that it is of.
    pub const fn app(&self) -> &TestApp {
        self.app
    }

    /// Whoever may do everything in this tenant.
    pub const fn console(&self) -> Caller {
        Caller::Console(self.tenant)
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.app.parts.now()
    }

    /// A user with `name@example.test` as e-mail address.
    pub async fn user(&self, name: &str, role: Role) -> UserId {
        self.create(name, role, None).await
    }

    /// The same with a password, which they have chosen.
    pub async fn user_with_password(&self, name: &str, role: Role, password: &str) -> UserId {
        self.create(name, role, Some(SecretString::new(password.to_owned()))).await
    }

    async fn create(&self, name: &str, role: Role, password: Option<SecretString>) -> UserId {
        let ask = CreateUser {
            username: Some(name.to_owned()),
            email: Some(format!("{name}@example.test")),
            role: Some(role),
            password,
            ..CreateUser::default()
        };
        let made = user::create(&self.app.parts, &self.console(), ask, &Source::default()).await;
        let made = made.expect("creates a user").user;
        if made.has_password {
            self.chosen_by_themselves(made.clone()).await;
        }
        made.id
    }

    /// As if the user had changed the password that they were given.
    pub async fn chosen_by_themselves(&self, user: User) {
        let parts = &self.app.parts;
        let event = Event::new(EventName::UserUpdated, Some(self.tenant)).subject(user.id).by_console();
        let user = Box::new(User { must_change_password: false, rev: user.rev + 1, ..user });
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
            .change(commit::Change::User(user::Change::Update(user)));
        parts.store.commit(commit).await.expect("changes a user");
    }

    /// An API key.
    pub async fn key(&self, scopes: &[Permission], rank: Role) -> CreatedKey {
        self.key_with(scopes, rank, CreateKey::default()).await
    }

    /// An API key, and what else is to be different.
    pub async fn key_with(&self, scopes: &[Permission], rank: Role, more: CreateKey) -> CreatedKey {
        let ask = CreateKey { name: "test".to_owned(), scopes: scopes.to_vec(), rank: Some(rank), ..more };
        key::create(&self.app.parts, &self.console(), ask, &Source::default()).await.expect("creates a key")
    }

    /// A client that redeems tickets of both purposes.
    pub async fn client(&self, name: &str) -> Created {
        let ask = CreateClient {
            name: name.to_owned(),
            purposes: vec![Purpose::Sso, Purpose::OnBehalf],
            redirect_uris: Vec::new(),
            allowed_origins: Vec::new(),
            may_send_context: false,
        };
        let created = client::create(&self.app.parts, &self.console(), ask, &Source::default()).await;
        created.expect("creates a client")
    }

    /// An invitation made at the console: its identifier and its code.
    pub async fn invitation(&self, email: &str) -> (String, String) {
        let ask = Invite { tenant: None, email: email.to_owned(), role: None, ttl: None };
        let made = invitation::create(&self.app.parts, &self.console(), ask, &Source::default()).await;
        let made = made.expect("invites");
        (made.invitation.id.to_string(), made.code.expose().to_owned())
    }

    /// A code with which this user sets their password anew, out of the letter that brought it.
    pub async fn reset_code(&self, user: UserId) -> String {
        let started = recovery::start(&self.app.parts, &self.console(), user, &Source::default()).await;
        started.expect("sends a code");
        self.code_for(user).await
    }

    /// A code with which this user signs in, out of the letter that brought it.
    pub async fn login_code(&self, user: UserId) -> String {
        let member = self.app.store().member(self.tenant, user).await.expect("reads").expect("a member");
        let email = member.user.email.expect("an address");
        let promised =
            signin::send_email_code(&self.app.parts, &email, Some(self.tenant), &Source::default()).await;
        promised.expect("promises a code");
        self.code_for(user).await
    }

    /// The code in the last letter to this user.
    async fn code_for(&self, user: UserId) -> String {
        let member = self.app.store().member(self.tenant, user).await.expect("reads").expect("a member");
        let letters = self.app.post_leaves().await;
        let mut theirs = letters.iter().rev().filter(|l| member.user.email.as_ref() == Some(&l.to));
        theirs.find_map(Arrived::code_if).expect("a letter with a code")
    }

    /// What somebody else asked to do on behalf of `user`.
    ///
    /// # Panics
    /// The store refuses it.
    pub async fn act_request(&self, user: UserId) -> ActRequestId {
        let (parts, now) = (&self.app.parts, self.now());
        let id = ActRequestId::generate(now, &*parts.rng);
        let request = ActRequest {
            id,
            tenant: self.tenant,
            actor: UserId::from_bytes([9; 16]),
            subject: user,
            client: None,
            reason: "ticket 42".to_owned(),
            terms: Terms::default(),
            created_at: now,
            expires_at: now,
            approved_by: None,
            agreed: false,
            end: None,
        };
        let row = Event::new(EventName::OnBehalfRequested, Some(self.tenant)).into_row(now, &*parts.rng);
        let ask = commit::Change::OnBehalf(on_behalf::Change::Ask(Box::new(request)));
        self.app.store().commit(Commit::new(row).change(ask)).await.expect("asks");
        id
    }

    /// A ticket minted at the console.
    pub async fn ticket(&self, user: UserId) -> String {
        let minted = ticket::mint_at_console(&self.app.parts, self.tenant, Mint::for_user(user)).await;
        minted.expect("mints").ticket.expose().to_owned()
    }

    /// A risk event as a sign-in by password would leave it.
    pub async fn risk_event(&self, user: UserId, signal: Signal, score: u8) {
        let parts = &self.app.parts;
        let row = Event::new(EventName::LoginSucceeded, Some(self.tenant)).subject(user);
        let row = row.into_row(parts.now(), &*parts.rng);
        let event = RiskEvent {
            id: row.id,
            tenant: self.tenant,
            user,
            signal,
            score,
            level: Level::High,
            outcome: RiskOutcome::Granted,
            method: MethodKind::Password,
            ip: "192.0.2.7".parse().ok(),
            country: Country::parse("DE"),
            device: Some("dev_1".to_owned()),
            observed: vec![Observation { signal, weight: 40, counted: score, what: "seen".into() }],
            at: parts.now(),
        };
        let keep = commit::Change::Risk(risk::Change::Keep(Box::new(event)));
        parts.store.commit(Commit::new(row).change(keep)).await.expect("keeps it");
    }

    /// Signs a user in by a console ticket.
    pub async fn sign_in(&self, user: UserId) -> Tokens {
        let answer = self.app.redeem(&self.ticket(user).await).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(answer)
    }

    /// A new user of this role, signed in: who, and the access token.
    pub async fn signed_in(&self, name: &str, role: Role) -> (UserId, String) {
        let user = self.user(name, role).await;
        (user, self.sign_in(user).await.access)
    }

    /// `actor` acts on behalf of `user`: the session's access token.
    pub async fn on_behalf(&self, actor: &str, user: UserId) -> String {
        self.app.act_for(actor, user).await.access
    }
}
