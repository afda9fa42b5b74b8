//! The application in a test: the real router over a real database, with fake time and seeded randomness.

use crate::clock::FakeClock;
use crate::data::{Data, Engine};
use crate::faults::{Faults, FaultyStore};
use crate::outbox::{Arrived, Outbox};
use crate::passwords::{CountingPasswords, MASTER};
use crate::places::SmallWorld;
use crate::postgres::TestDatabase;
use crate::receiver::{Received, Receiver};
use crate::request::{Answer, TestRequest};
use crate::rng::SeededRng;
use authms_core::access::{Caller, Permission, Role};
use authms_core::audit::log::Lease;
use authms_core::audit::{Bounds, Source};
use authms_core::client::{self, CreateClient};
use authms_core::id::{SessionId, TenantId, UserId};
use authms_core::install;
use authms_core::key::{self, CreateKey};
use authms_core::limits::{Quota, Quotas};
use authms_core::message;
use authms_core::parts::{Parts, Policy, Secrets};
use authms_core::ports::{Mailer, Messenger, Store};
use authms_core::session::ByAssurance;
use authms_core::signing_key::Keys;
use authms_core::ticket::{self, Mint, Purpose, VelocityPolicy};
use authms_core::time::Span;
use authms_core::user::{self, CreateUser};
use authms_crypto::webauthn::RelyingParty;
use authms_crypto::{MasterKey, SecretString, pkce_s256};
use authms_http::{App, Settings};
use authms_store::SqliteStore;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A running application without a socket. Dropping it removes its files.
pub struct TestApp {
    /// What the use cases work with.
    pub parts: Parts,
    /// Its time.
    pub clock: FakeClock,
    /// The default tenant.
    pub tenant: TenantId,
    /// The first administrator, a `super_admin`.
    pub admin: UserId,
    /// Where its messages arrive, once [`TestApp::post_leaves`].
    pub outbox: Arc<Outbox>,
    /// Where its webhooks arrive.
    pub receiver: Arc<Receiver>,
    /// Its password hashing.
    pub passwords: Arc<CountingPasswords>,
    /// Makes the store fail.
    pub faults: Faults,
    app: App,
    data: Data,
}

/// What a test may want to be different.
#[derive(Clone)]
pub struct Setup {
    /// The operator's decisions.
    pub policy: Policy,
    /// Those about HTTP.
    pub settings: Settings,
    /// Whether it can send messages.
    pub sends: bool,
    /// The seed of all randomness.
    pub seed: u64,
    /// What its data is kept by.
    pub engine: Engine,
}

impl Default for Setup {
    /// The defaults of the product, save that quotas are out of reach.
    fn default() -> Self {
        let plenty = Quota { requests: 1_000_000, window: Span::seconds(60) };
        let policy = Policy {
            issuer: ISSUER.to_owned(),
            audience: ISSUER.to_owned(),
            access_ttl: Span::seconds(1800),
            session_ttl: ByAssurance::same(Span::hours(30 * 24)),
            session_idle: ByAssurance::same(Span::hours(14 * 24)),
            leeway: 60,
            ticket_ttl: Span::seconds(300),
            on_behalf_ttl: Span::seconds(60),
            ticket_attempts: 5,
            velocity: VelocityPolicy { floor: 1000, floor_person: 20, factor: 10 },
            replay_window: Span::seconds(60),
            jwks_max_age: Span::seconds(300),
            rotate_keys_after: Some(Span::hours(90 * 24)),
            audit_kept: Bounds { usual: 0, least: 90, most: 0 },
            webhook_patience: Span::hours(5 * 24),
            password_min_length: 15,
            messages: message::Policy::default(),
            code_digits: 6,
            short_recovery_codes: false,
            relying_party: RelyingParty {
                id: "id.example.test".to_owned(),
                origins: vec![ISSUER.to_owned()],
            },
            passkey_user_verification: true,
            quotas: Quotas {
                address: plenty,
                sign_in: plenty,
                account: plenty,
                client: plenty,
                ticket: plenty,
                minter: plenty,
                minter_person: plenty,
                codes: plenty,
            },
        };
        let settings = Settings {
            trusted_proxies: Vec::new(),
            exempt: Vec::new(),
            max_in_flight: 1024,
            max_at_work: 1024,
            request_timeout: Duration::from_secs(30),
            docs: true,
            hsts: false,
        };
        Self { policy, settings, sends: true, seed: 1, engine: Engine::default() }
    }
}

/// The issuer of every test application.
pub const ISSUER: &str = "https://id.example.test";

/// The verifier of every proof that is made for a test (RFC 7636, appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Tokens of a signed-in user.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token; empty if there is none.
    pub refresh: String,
    /// The whole answer.
    pub answer: Value,
}

impl TestApp {
    /// A fresh installation with the product's defaults.
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// A fresh installation.
    pub async fn with(setup: Setup) -> Self {
        Self::on(Data::new(setup.engine).await, FakeClock::default(), setup).await
    }

    /// Another process on the same files, at the same time of day.
    pub async fn restart(&self, setup: Setup) -> Self {
        Self::on(self.data.clone(), self.clock.clone(), setup).await
    }

    /// Another process on the same files, with a clock of its own.
    pub async fn beside(&self, clock: FakeClock, setup: Setup) -> Self {
        Self::on(self.data.clone(), clock, setup).await
    }

    /// A process on files of its own, which `make` makes out of this one's database: it is given both paths.
    pub async fn with_copy(&self, make: impl FnOnce(&Path, &Path)) -> Self {
        let data = Data::copied(|to| make(&self.database(), to));
        Self::on(data, self.clock.clone(), Setup { seed: 2, ..Setup::default() }).await
    }

    async fn on(mut data: Data, clock: FakeClock, setup: Setup) -> Self {
        let (store, time) = data.open(Arc::new(clock.clone())).await;
        let faults = Faults::default();
        let master = MasterKey::parse(MASTER).expect("a master key");
        let passwords = Arc::new(CountingPasswords::default());
        let outbox = Arc::new(Outbox::default());
        let receiver = Arc::new(Receiver::default());
        let parts = Parts {
            store: Arc::new(FaultyStore::new(store, faults.clone())),
            clock: time,
            rng: Arc::new(SeededRng::new(setup.seed)),
            passwords: passwords.clone(),
            mailer: setup.sends.then(|| -> Arc<dyn Mailer> { outbox.clone() }),
            messenger: setup.sends.then(|| -> Arc<dyn Messenger> { outbox.clone() }),
            poster: Some(receiver.clone()),
            places: Arc::new(SmallWorld),
            agents: Arc::new(SmallWorld),
            keys: Arc::new(Keys::new(&master)),
            secrets: Arc::new(Secrets::derive(&master)),
            key_uses: Arc::default(),
            velocity: Arc::default(),
            policy: Arc::new(setup.policy),
        };
        let installed = install::ensure(&parts, &master.fingerprint()).await.expect("installs");
        let tenant = installed.installation.default_tenant;
        let admin = parts.store.first_with_role(tenant, Role::SuperAdmin).await.expect("reads");
        let admin = admin.expect("the first administrator").user.id;
        let app = authms_http::app(parts.clone(), setup.settings);
        Self { parts, clock, tenant, admin, outbox, receiver, passwords, faults, app, data }
    }

    /// Learns from the sign-ins up to now, as every server does every few seconds.
    pub async fn learn(&self) {
        authms_core::risk::learn(&self.parts).await.expect("learns");
    }

    /// Seals the audit log up to now, as every server does every second.
    pub async fn seal(&self) {
        authms_core::audit::log::seal(&self.parts, Lease::of([7; 16])).await.expect("seals");
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// The database file, to be looked into by other means.
    ///
    /// # Panics
    /// There is none: ask for [`Engine::File`].
    pub fn database(&self) -> PathBuf {
        self.data.file().expect("a file")
    }

    /// The database on a server, if it is on one.
    pub(crate) fn server(&self) -> Option<&TestDatabase<'static>> {
        self.data.server()
    }

    /// The store itself, of an application on a file.
    ///
    /// # Panics
    /// As [`TestApp::database`].
    pub fn sqlite(&self) -> &SqliteStore {
        self.data.sqlite().expect("a file")
    }

    /// The HTTP face.
    pub fn http(&self) -> App {
        self.app.clone()
    }

    /// A request to be filled in and sent.
    pub fn request(&self, method: &str, path: &str) -> TestRequest {
        TestRequest::new(self.app.clone(), method, path)
    }

    /// `GET` with an access token or API key.
    pub async fn get(&self, path: &str, bearer: &str) -> Answer {
        self.request("GET", path).bearer(bearer).send().await
    }

    /// `POST` of JSON with an access token or API key.
    pub async fn post(&self, path: &str, bearer: &str, body: Value) -> Answer {
        self.request("POST", path).bearer(bearer).json(body).send().await
    }

    /// `PUT` of JSON with an access token or API key.
    pub async fn put(&self, path: &str, bearer: &str, body: Value) -> Answer {
        self.request("PUT", path).bearer(bearer).json(body).send().await
    }

    /// `DELETE` with an access token or API key.
    pub async fn delete(&self, path: &str, bearer: &str) -> Answer {
        self.request("DELETE", path).bearer(bearer).send().await
    }

    /// Whoever may do everything in the default tenant.
    pub const fn console(&self) -> Caller {
        Caller::Console(self.tenant)
    }

    /// A user of the default tenant, with `name@example.test` as e-mail address.
    pub async fn user(&self, name: &str, role: Role) -> UserId {
        let ask = CreateUser {
            username: Some(name.to_owned()),
            email: Some(format!("{name}@example.test")),
            role: Some(role),
            ..CreateUser::default()
        };
        let made = user::create(&self.parts, &self.console(), ask, &Source::default()).await;
        made.expect("creates a user").user.id
    }

    /// The same with a password, which they have chosen.
    pub async fn user_with_password(&self, name: &str, password: &str) -> UserId {
        let ask = CreateUser {
            username: Some(name.to_owned()),
            password: Some(SecretString::new(password.to_owned())),
            ..CreateUser::default()
        };
        let made = user::create(&self.parts, &self.console(), ask, &Source::default()).await;
        let made = made.expect("creates a user").user;
        self.home().chosen_by_themselves(made.clone()).await;
        made.id
    }

    /// A raw API key of the default tenant.
    pub async fn api_key(&self, scopes: &[Permission], rank: Role) -> String {
        let ask = CreateKey {
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            rank: Some(rank),
            ..CreateKey::default()
        };
        let created =
            key::create(&self.parts, &self.console(), ask, &Source::default()).await.expect("creates a key");
        created.raw.expose().to_owned()
    }

    /// A client of the default tenant: its identifier and secret.
    pub async fn client(&self, name: &str, purposes: &[Purpose]) -> (String, String) {
        let ask = CreateClient {
            name: name.to_owned(),
            purposes: purposes.to_vec(),
            redirect_uris: Vec::new(),
            allowed_origins: Vec::new(),
            may_send_context: false,
        };
        let created = client::create(&self.parts, &self.console(), ask, &Source::default()).await;
        let created = created.expect("creates a client");
        (created.client.id.to_string(), created.secret.expose().to_owned())
    }

    /// A ticket minted at the console.
    pub async fn ticket(&self, user: UserId) -> String {
        let minted = ticket::mint_at_console(&self.parts, self.tenant, Mint::for_user(user)).await;
        minted.expect("mints").ticket.expose().to_owned()
    }

    /// A ticket minted over HTTP.
    pub async fn mint(&self, bearer: &str, body: Value) -> String {
        let answer = self.post("/auth/generate-ticket", bearer, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["ticket"].as_str().expect("a ticket").to_owned()
    }

    /// `POST /auth/ticket/signin`, to be filled in.
    pub fn signin(&self, body: Value) -> TestRequest {
        self.request("POST", "/auth/ticket/signin").json(body)
    }

    /// `POST /auth/ticket/signin` with nothing but the ticket.
    pub async fn redeem(&self, ticket: &str) -> Answer {
        self.signin(json!({ "ticket": ticket })).send().await
    }

    /// `POST /auth/login`, from the address of [`TestRequest`].
    pub async fn login(&self, identity: &str, password: &str) -> Answer {
        let body = json!({ "identity": identity, "password": password });
        self.request("POST", "/api/v1/auth/login").json(body).send().await
    }

    /// `POST /auth/refresh`
    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({ "refresh_token": refresh_token });
        self.request("POST", "/api/v1/auth/refresh").json(body).send().await
    }

    /// `GET /auth/me`
    pub async fn me(&self, access_token: &str) -> Answer {
        self.get("/api/v1/auth/me", access_token).await
    }

    /// Has all messages that are due sent, and takes them out of their box.
    pub async fn post_leaves(&self) -> Vec<Arrived> {
        message::deliver(&self.parts).await.expect("delivers");
        self.outbox.take()
    }

    /// Seals the audit log and has webhooks told of it, as every server does every second; what arrived.
    pub async fn hooks_leave(&self) -> Vec<Received> {
        self.seal().await;
        authms_core::webhook::deliver(&self.parts).await.expect("delivers");
        self.receiver.take()
    }

    /// A number out of the database, by other means than the store.
    pub fn count(&self, sql: &str) -> i64 {
        self.query(sql)
    }

    /// As if the person with this access token had proved a second factor just now.
    ///
    /// # Panics
    /// It is no access token.
    pub fn proves(&self, access: &str) {
        let sid = crate::jwt::claims(access)["sid"].as_str().and_then(SessionId::parse).expect("a session");
        let hex: String = sid.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let now = self.parts.now().as_millis();
        let sql = format!(
            "UPDATE sessions SET proven_by = 'factor', proven_at = {now} WHERE id = x'{hex}' RETURNING 1"
        );
        assert_eq!(self.query::<i64>(&sql), 1);
    }

    /// The session in which the person with this access token acts on behalf of `user`.
    pub async fn act_for(&self, actor: &str, user: UserId) -> Tokens {
        self.proves(actor);
        let proof = pkce_s256(VERIFIER);
        let ask = json!({ "user_id": user.to_string(), "reason": "ticket 42", "proof": proof });
        let minted = self.post("/auth/generate-ticket", actor, ask).await;
        assert_eq!(minted.status, 200, "{}", minted.body);
        let answer =
            self.signin(json!({ "ticket": minted.body["ticket"], "verifier": VERIFIER })).send().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(answer)
    }

    /// Signs a user in by a console ticket.
    pub async fn sign_in(&self, user: UserId) -> Tokens {
        let answer = self.redeem(&self.ticket(user).await).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Tokens::of(answer)
    }
}

impl Tokens {
    /// Those of a successful sign-in.
    pub fn of(answer: Answer) -> Self {
        let text = |member: &str| answer.body[member].as_str().unwrap_or_default().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token"), answer: answer.body }
    }

    /// The claims of the access token, unverified.
    pub fn claims(&self) -> Value {
        crate::jwt::claims(&self.access)
    }
}
